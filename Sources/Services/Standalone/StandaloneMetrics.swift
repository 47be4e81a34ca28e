import ClusterConfiguration
import ClusterDecisions
import SystemIO
import Telemetry
import Timing

/// What `martlet run` counts as it goes.
package struct StandaloneMetrics: Sendable {
    private let generation: MetricSeries
    private let lastSuccess: MetricSeries
    private let assignmentTime: MetricSeries

    package init(_ registry: PrometheusRegistry) {
        generation = registry.series(MetricNames.configurationGeneration)
        lastSuccess = registry.series(MetricNames.configurationLastSuccess)
        assignmentTime = registry.series(MetricNames.assignmentTime)
    }

    /// Manifests were taken in, which took that long.
    package func observe(_ outcome: StandaloneCore.Outcome, took duration: Duration, _ core: StandaloneCore) {
        generation.set(core.generation)
        if !core.problems.contains(where: { $0.severity == .error }) {
            lastSuccess.set(Double(Timestamp.now.microseconds) / 1e6)
        }
        // The decisions of one reading are made together: each has its share.
        for _ in outcome.changes { assignmentTime.observe(duration / outcome.changes.count) }
    }
}
