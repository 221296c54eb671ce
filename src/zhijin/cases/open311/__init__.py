"""Open311 GeoReport v2: the published standard by which other systems report and follow matters.

Specification: wiki.open311.org/GeoReport_v2. Answers hold nothing but what is public.
"""
