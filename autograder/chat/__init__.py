"""Chatting with a language model, in the terminal or on a page: task 0 of the course."""
