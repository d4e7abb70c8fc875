"""Read from the database what pages, API and commands show: pure, bounded, on indexes."""
