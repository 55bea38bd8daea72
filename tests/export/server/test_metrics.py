import grpc

from axml_tf.export.server.metrics import Metrics


def values(metrics):
    """Numbers of the page, by name and labels."""
    lines = metrics.page().decode().splitlines()
    pairs = [line.rpartition(" ") for line in lines if line[0] != "#"]
    return {name: float(value) for name, _, value in pairs}


def test_requests_are_counted_by_model_api_and_outcome():
    metrics = Metrics()
    for code, seconds in [("OK", 0.03), ("OK", 0.3), ("UNAVAILABLE", 0.001)]:
        metrics.count("axml", "GRPC", grpc.StatusCode[code], seconds)
    metrics.count("other", "REST", grpc.StatusCode.OK, 20)
    found = values(metrics)
    count = ":tensorflow:serving:request_count_total"
    place = 'API="GRPC",model_name="axml"'
    assert found[f'{count}{{{place},status="OK"}}'] == 2
    assert found[f'{count}{{{place},status="UNAVAILABLE"}}'] == 1
    assert found[f'{count}{{API="REST",model_name="other",status="OK"}}'] == 1
    seconds = ":tensorflow:serving:request_latency_seconds"
    assert abs(found[f"{seconds}_sum{{{place}}}"] - 0.331) < 1e-9
    bucket = f"{seconds}_bucket{{API=%r,le=%r,model_name=%r}}".replace(
        "%r", '"%s"'
    )
    # Each bucket holds those below it too.
    assert found[bucket % ("GRPC", "0.002", "axml")] == 1
    assert found[bucket % ("GRPC", "0.05", "axml")] == 2
    assert found[bucket % ("GRPC", "10.0", "axml")] == 3
    assert found[bucket % ("REST", "10.0", "other")] == 0


def test_names_that_are_made_up_are_counted_together():
    metrics = Metrics()
    for number in range(3):
        metrics.count(f"madeup{number}", "REST", grpc.StatusCode.NOT_FOUND, 0.1)
    assert b"madeup" not in metrics.page()
    count = ":tensorflow:serving:request_count_total"
    name = f'{count}{{API="REST",model_name="",status="NOT_FOUND"}}'
    assert values(metrics)[name] == 3
