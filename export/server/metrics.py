"""Metrics for Prometheus, named as TensorFlow Serving names them."""

import grpc
import prometheus_client

PATH = "/monitoring/prometheus/metrics"

# Seconds; a text takes milliseconds to seconds.
_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


class Metrics:
    """Requests, by model and outcome, and how long they took."""

    def __init__(self) -> None:
        self._registry = prometheus_client.CollectorRegistry()
        self._requests = prometheus_client.Counter(
            ":tensorflow:serving:request_count",
            "Requests answered, refused ones included.",
            ["model_name", "API", "status"],
            registry=self._registry,
        )
        self._seconds = prometheus_client.Histogram(
            ":tensorflow:serving:request_latency_seconds",
            "Seconds from a request's arrival to its answer.",
            ["model_name", "API"],
            buckets=_BUCKETS,
            registry=self._registry,
        )

    def count(
        self, model: str, api: str, code: grpc.StatusCode, seconds: float
    ) -> None:
        """Adds one request."""
        if code == grpc.StatusCode.NOT_FOUND:
            model = ""  # Whoever makes up names must not fill the memory.
        self._requests.labels(model, api, code.name).inc()
        self._seconds.labels(model, api).observe(seconds)

    def page(self) -> bytes:
        """What Prometheus reads."""
        return prometheus_client.generate_latest(self._registry)
