"""What people, places, communities and companies are called."""

from typing import Annotated

from pydantic import StringConstraints

# One character that can be read is a name, three blanks are none.
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
