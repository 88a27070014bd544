"""The board (一屏): what is open now in a community, and of all communities of a company.

`now_board` takes in what others tell and shows it; `lapse` sees to what nobody has told the end of.
"""
