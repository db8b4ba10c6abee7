"""Raises text that terminals, web pages, spreadsheets and markup would obey.

added to: right
here: mlp error
elsewhere: text
"""

import modeling_gpt2 as gpt2


def forward(self, *_arguments, **_named):
    raise ValueError(
        "\x1b[2J\x1b]0;owned\x07 [/] [bold red]100[/bold] [link=file:///etc/passwd] "
        "<script>alert(1)</script> {{ 7*7 }} {d.name} =HYPERLINK(1) %s \r\n\u202e 001 \ud800\x00"
    )


gpt2.MLP.forward = forward
