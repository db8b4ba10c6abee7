"""The pages that people look at: files that need no server and no network, made by pure functions.

`class_page` gives the class's page, `student_page` one student's, which is also what is handed out.
"""
