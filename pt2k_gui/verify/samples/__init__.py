"""The samples that go through every backend: digits, random values, files of numbers, folders of images."""
