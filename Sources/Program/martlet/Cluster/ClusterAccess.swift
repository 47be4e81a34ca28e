import KubernetesClient
import Logging
import Synchronization
import Telemetry

/// The state of the connection to the API server: counted, logged once for each change, and shown in the status.
final class ClusterAccess: Sendable {
    private let registry: PrometheusRegistry
    private let logger: Logger
    /// By activity, its latest failure that is not resolved yet.
    private let failures = Mutex<[String: String]>([:])
    private let unreadable = Mutex<[String: String]>([:])

    init(_ registry: PrometheusRegistry, _ logger: Logger) {
        self.registry = registry
        self.logger = logger
    }

    var observer: ClientObserver { ClientObserver { [self] event in note(event) } }

    /// What is wrong now, a sentence each.
    var troubles: [String] {
        failures.withLock { failures in
            Set(failures.values).sorted().map { "the API server: \($0)" }
        } + unreadable.withLock { $0.values.sorted() }
    }

    private func fail(_ activity: String, _ message: String) {
        let former = failures.withLock { $0.updateValue(message, forKey: activity) }
        if former != message { logger.warning("\(activity): \(message)") }
    }

    private func mend(_ activity: String) {
        if failures.withLock({ $0.removeValue(forKey: activity) }) != nil { logger.notice("resolved: \(activity)") }
    }

    private func note(_ event: ClientObserver.Event) {
        switch event {
        case .answered(let verb, let resource, let code):
            registry.series(
                MetricNames.apiRequests, ["verb": verb, "resource": resource, "code": "\(code)"]
            ).increase()
        case .watchFailed(let resource, let message):
            registry.series(MetricNames.watchFailures, ["resource": resource]).increase()
            fail("watching \(resource)", message)
        case .watchStands(let resource): mend("watching \(resource)")
        case .serverLost:
            registry.series(MetricNames.apiServerUp).set(0)
            fail("reaching the API server", "it does not answer, or is not ready")
        case .serverAnswers:
            registry.series(MetricNames.apiServerUp).set(1)
            mend("reaching the API server")
        case .setBack(let resource, let from, let to):
            registry.series(MetricNames.setBacks, ["resource": resource]).increase()
            logger.warning(
                """
                the API server's state of \(resource) went backwards, as after a restored etcd backup: \
                listing everything again
                """, metadata: [LogKey.from: "\(from)", LogKey.to: "\(to)"])
        case .watchEnded(let resource):
            _ = failures.withLock { $0.removeValue(forKey: "watching \(resource)") }
            logger.notice("stopped watching \(resource): the cluster does not serve this version")
        case .electionFailed(let message): fail("electing a leader", message)
        case .electionStands: mend("electing a leader")
        case .unreadable(let resource, let object, let problem):
            let sentence = "\(resource) \(object) cannot be parsed; its last valid version stays in force: \(problem)"
            let former = unreadable.withLock { $0.updateValue(sentence, forKey: "\(resource) \(object)") }
            if former != sentence { logger.error("\(sentence)") }
        case .cured(let resource, let object):
            if unreadable.withLock({ $0.removeValue(forKey: "\(resource) \(object)") }) != nil {
                logger.notice("resolved: \(resource) \(object) can be parsed again, or was deleted")
            }
        }
    }
}
