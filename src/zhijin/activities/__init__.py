"""What organisations undertake, show and are asked about: pledges, contests, reviews, spot checks, visits."""
