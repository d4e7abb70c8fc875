"""Tests of the web front door."""
