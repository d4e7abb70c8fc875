"""Tell the CRM's users that a sync failed, and take it back once it is cured."""
