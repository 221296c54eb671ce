"""Courses from texts, links and files; what members have worked through, on phone, desk and wall."""
