"""Stand-in of Nextens: persons and companies as tax clients, behind refresh tokens."""
