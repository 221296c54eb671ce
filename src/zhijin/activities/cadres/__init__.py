"""Terms and elections, teams, community workers, posted cadres, county plans, and the study of village cadres."""
