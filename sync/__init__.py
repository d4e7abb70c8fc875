"""The decisions: identity, matching, mapping, planning, executing and reconciling; no Celery and no web."""
