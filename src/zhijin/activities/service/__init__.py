"""Service by members, teams and units, confirmed by those served; posted duties, household links, volunteer teams."""
