"""Rules of alerts: whom they reach, how they climb, what a later event makes of them, what the messages say."""
