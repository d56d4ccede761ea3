"""Write the harm at each severity from the published results, for `companion diagnose`."""

import json

from helpers.diagnosis.harm import FILE
from helpers.report.severity import published_record

if __name__ == "__main__":
    FILE.write_text(json.dumps(published_record(), indent=1) + "\n", encoding="utf-8")
