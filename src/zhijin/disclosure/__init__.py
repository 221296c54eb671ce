"""What is made public: drafted or counted from the record, approved by a second person, signed, chained, and
verifiable by anybody years later. Reads facts; no room of the work is imported."""
