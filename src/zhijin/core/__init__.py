"""What every room stands on: ids, time, facts, journal, files, crypto, jobs, errors. It knows no room."""
