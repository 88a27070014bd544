"""Start LocalStack with these plugins.

    python -P -m linli_localstack HOME

HOME names the cloud on the command line, so that `linli down` can tell this process from any other.
"""

from localstack.runtime.main import main

main()
