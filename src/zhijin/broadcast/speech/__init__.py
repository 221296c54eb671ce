"""From a text to audio: numbers into words, words into syllables, syllables into sound. Plain Python."""
