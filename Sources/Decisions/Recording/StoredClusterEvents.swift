import Announcement
import ClusterConfiguration
import ClusterDecisions
import KubernetesModel
import Timing

/// ``ClusterView/Event`` as it is written.
enum StoredViewEvent: Codable, Hashable, Sendable {
    case told(StoredWatch)
    case fetched(StoredName, [EndpointSlice])
    case restored(StoredReading)

    init(_ event: ClusterView.Event, _ names: inout SecretNames) {
        self =
            switch event {
            case .configuration(let change, let group): .told(StoredWatch(change, group, &names))
            case .service(let event): .told(.service(names.stored(event, \.metadata)))
            case .endpointSlice(let event): .told(.endpointSlice(names.stored(event, \.metadata)))
            case .node(let event): .told(.node(names.stored(event, \.metadata)))
            case .secret(let event): .told(.secret(names.stored(event, \.metadata)))
            case .fetched(let name, let slices):
                .fetched(StoredName(name), slices.map { names.redacted($0, \.metadata) })
            case .restored(let saved): .restored(StoredViewEvent.stored(saved, &names))
            }
    }

    private static func stored(_ saved: SavedCluster, _ names: inout SecretNames) -> StoredReading {
        var reading = ManifestReading()
        reading.state = saved.state
        names.redact(&reading.state)
        var whole = ReadingDifference()
        return whole.store(reading)
    }

    func event() throws -> ClusterView.Event {
        switch self {
        case .told(let told):
            if let (change, group) = try told.configuration() { return .configuration(change, group) }
            switch told {
            case .service(let change): return .service(change.event)
            case .endpointSlice(let change): return .endpointSlice(change.event)
            case .node(let change): return .node(change.event)
            case .secret(let change): return .secret(change.event)
            default: throw RecordingError("a speaker has no event of this kind", offset: 0)
            }
        case .fetched(let name, let slices): return .fetched(name.value, slices)
        case .restored(let stored):
            var whole = ReadingDifference()
            return .restored(SavedCluster(try whole.restore(stored).state))
        }
    }
}

/// ``ControllerCore/Event`` as it is written.
enum StoredControllerEvent: Codable, Hashable, Sendable {
    enum Outcome: Codable, Hashable, Sendable {
        case done(Service?)
        case conflict
        case gone
        case refused(String)
        /// With the pause in nanoseconds.
        case failed(String, pause: Int64?)
    }

    case told(StoredWatch)
    case serviceWritten(StoredName, Outcome)
    case configurationWritten(group: String, kind: String, StoredName, Outcome)
    case serverAnswers
    case deadlineReached

    init(_ event: ControllerCore.Event, _ names: inout SecretNames) {
        self =
            switch event {
            case .configuration(let change, let group): .told(StoredWatch(change, group, &names))
            case .service(let event): .told(.service(names.stored(event, \.metadata)))
            case .namespace(let event): .told(.namespace(names.stored(event, \.metadata)))
            case .node(let event): .told(.node(names.stored(event, \.metadata)))
            case .finished(.service(let name), let outcome): .serviceWritten(StoredName(name), Outcome(outcome, &names))
            case .finished(.configuration(let key), let outcome):
                .configurationWritten(
                    group: key.group.rawValue, kind: key.kind, StoredName(key.name), Outcome(outcome, &names))
            case .serverAnswers: .serverAnswers
            case .deadlineReached: .deadlineReached
            }
    }

    func event() throws -> ControllerCore.Event {
        switch self {
        case .told(let told):
            if let (change, group) = try told.configuration() { return .configuration(change, group) }
            switch told {
            case .service(let change): return .service(change.event)
            case .namespace(let change): return .namespace(change.event)
            case .node(let change): return .node(change.event)
            default: throw RecordingError("a controller has no event of this kind", offset: 0)
            }
        case .serviceWritten(let name, let outcome): return .finished(.service(name.value), outcome.outcome)
        case .configurationWritten(let group, let kind, let name, let outcome):
            guard let group = ConfigurationObjects.Group(rawValue: group) else {
                throw RecordingError("there is no API group \(group)", offset: 0)
            }
            return .finished(.configuration(ConfigurationKey(group, kind, name.value)), outcome.outcome)
        case .serverAnswers: return .serverAnswers
        case .deadlineReached: return .deadlineReached
        }
    }
}

extension StoredControllerEvent.Outcome {
    init(_ outcome: WriteOutcome, _ names: inout SecretNames) {
        self =
            switch outcome {
            case .done(let service): .done(service.map { names.redacted($0, \.metadata) })
            case .conflict: .conflict
            case .gone: .gone
            case .refused(let reason): .refused(reason)
            case .failed(let reason, let pause): .failed(reason, pause: pause?.wholeNanoseconds)
            }
    }

    var outcome: WriteOutcome {
        switch self {
        case .done(let service): .done(service)
        case .conflict: .conflict
        case .gone: .gone
        case .refused(let reason): .refused(reason)
        case .failed(let reason, let pause): .failed(reason, pause: pause.map { .nanoseconds($0) })
        }
    }
}
