"""Civilisation practice: works by villagers, shows with how many took part, and councils for weddings and funerals."""
