import KubernetesClient
import Logging
import Synchronization
import Telemetry

/// How it stands with the API server: counted, logged once for each change, and shown in the status.
final class ClusterAccess: Sendable {
    private let registry: PrometheusRegistry
    private let logger: Logger
    /// By resource, what went wrong last and was not mended since.
    private let failures = Mutex<[String: String]>([:])
    private let electionFailure = Mutex<String?>(nil)
    private let unreadable = Mutex<[String: String]>([:])

    init(_ registry: PrometheusRegistry, _ logger: Logger) {
        self.registry = registry
        self.logger = logger
    }

    var observer: ClientObserver { ClientObserver { [self] event in note(event) } }

    /// What is wrong now, a sentence each.
    var troubles: [String] {
        let election = electionFailure.withLock { $0.map { [$0] } ?? [] }
        return failures.withLock { failures in
            Set(failures.values).union(election).sorted().map { "the API server: \($0)" }
        } + unreadable.withLock { $0.values.sorted() }
    }

    private func note(_ event: ClientObserver.Event) {
        switch event {
        case .answered(let verb, let resource, let code):
            registry.series(
                MetricNames.apiRequests, ["verb": verb, "resource": resource, "code": "\(code)"]
            ).increase()
        case .watchFailed(let resource, let message):
            registry.series(MetricNames.watchFailures, ["resource": resource]).increase()
            let former = failures.withLock { $0.updateValue(message, forKey: resource) }
            if former != message {
                logger.warning("watching \(resource): \(message)")
            }
        case .watchStands(let resource):
            if failures.withLock({ $0.removeValue(forKey: resource) }) != nil {
                logger.notice("watching \(resource) again")
            }
        case .watchEnded(let resource):
            _ = failures.withLock { $0.removeValue(forKey: resource) }
            logger.notice("watching \(resource) no more: the cluster does not have them in this version")
        case .electionFailed(let message):
            let former = electionFailure.withLock { failure in
                defer { failure = message }
                return failure
            }
            if former != message { logger.warning("electing a leader: \(message)") }
        case .electionStands:
            if electionFailure.withLock({ $0.take() }) != nil { logger.notice("electing a leader again") }
        case .unreadable(let resource, let object, let problem):
            let sentence = "\(resource) \(object) cannot be understood and is left as it last was: \(problem)"
            let former = unreadable.withLock { $0.updateValue(sentence, forKey: "\(resource) \(object)") }
            if former != sentence { logger.error("\(sentence)") }
        case .cured(let resource, let object):
            if unreadable.withLock({ $0.removeValue(forKey: "\(resource) \(object)") }) != nil {
                logger.notice("\(resource) \(object) can be understood again, or is gone")
            }
        }
    }
}
