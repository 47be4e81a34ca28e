import Addresses
import Announcement
import Assignment
import ClusterConfiguration
import FoundationEssentials
import Interfaces
import KubernetesModel
import NodeDecisions
import Timing

/// A record of a recording.
enum StoredRecord: Codable, Hashable, Sendable {
    /// The first: which program wrote it, where, and when in civil time and on the process's clock.
    case header(version: String, node: String, began: Timestamp, at: Int64)
    /// A turn of a core; the digest is that of ``CoreDecision``.
    case turn(at: Int64, StoredInput, digest: String)
    /// So many turns are missing here: they came faster than they could be written.
    case lost(Int)
    /// The limit of the file's size is reached, and nothing follows.
    case full
    /// The process ended in order, and nothing follows.
    case end
}

/// ``CoreInput`` as it is written.
enum StoredInput: Codable, Hashable, Sendable {
    case restored(AssignmentState, unixTime: Int64)
    case manifestsRead(StoredReading)
    case manifestsChanged(StoredManifestChange)
    case assignmentDeadline
    case viewStarted(namespace: String, loadBalancerClass: String?)
    case viewed(StoredViewEvent)
    case leadingBegan(loadBalancerClass: String?)
    /// With the time of day in microseconds.
    case controlled(StoredControllerEvent, time: Int64, numbers: [UInt64])
    case speakerStarted(node: String, drainsOnCordon: Bool, heedsExcludeLabel: Bool)
    case updatesTaken(Int)
    case linksChanged([StoredInterface])
    case routerChanged(interface: String, router: String?, others: [String])
    case heard([String: [String: [String]]])
    case reported([StoredReport])
    case rebalanced
    case speakerDeadline
    case speakerLeaves
}

/// Writes turns as records, one after the other: what has not changed since the turn before is not written again, and no
/// secret is written.
package struct TurnEncoder: Sendable {
    private var names = SecretNames()
    private var readings = ReadingDifference()
    private let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()

    package init() {}

    package func header(version: String, node: String, began: Timestamp, at moment: Instant) throws -> [UInt8] {
        try encode(.header(version: version, node: node, began: began, at: moment.nanoseconds))
    }

    package func lost(_ count: Int) throws -> [UInt8] { try encode(.lost(count)) }
    package func full() throws -> [UInt8] { try encode(.full) }
    package func end() throws -> [UInt8] { try encode(.end) }

    package mutating func turn(_ turn: CoreTurn) throws -> [UInt8] {
        try encode(.turn(at: turn.moment.nanoseconds, stored(turn.input), digest: turn.decision.digest))
    }

    private func encode(_ record: StoredRecord) throws -> [UInt8] {
        RecordFraming.frame(Array(try encoder.encode(record)))
    }

    private mutating func stored(_ input: CoreInput) -> StoredInput {
        switch input {
        case .restored(let state, let unixTime): return .restored(state, unixTime: unixTime)
        case .manifestsRead(var reading):
            names.redact(&reading.state)
            return .manifestsRead(readings.store(reading))
        case .manifestsChanged(let change): return .manifestsChanged(StoredManifestChange(change, &names))
        case .assignmentDeadline: return .assignmentDeadline
        case .speakerStarted(let node, let policy):
            return .speakerStarted(
                node: node, drainsOnCordon: policy.drainsOnCordon, heedsExcludeLabel: policy.heedsExcludeLabel)
        case .viewStarted(let namespace, let loadBalancerClass):
            return .viewStarted(namespace: namespace, loadBalancerClass: loadBalancerClass)
        case .viewed(let event): return .viewed(StoredViewEvent(event, &names))
        case .leadingBegan(let loadBalancerClass): return .leadingBegan(loadBalancerClass: loadBalancerClass)
        case .controlled(let event, let time, let numbers):
            return .controlled(
                StoredControllerEvent(event, &names), time: time.microseconds, numbers: numbers)
        case .updatesTaken(let count): return .updatesTaken(count)
        case .speakerDeadline: return .speakerDeadline
        case .speakerLeaves: return .speakerLeaves
        case .speaker(let event): return stored(event)
        }
    }

    private func stored(_ event: SpeakerCore.Event) -> StoredInput {
        switch event {
        // The speaker gets its updates from the core beside it, and they are recorded as ``updatesTaken``.
        case .updated: .updatesTaken(1)
        case .linksChanged(let table): .linksChanged(table.interfaces.map { StoredInterface($0) })
        case .routerChanged(let change):
            .routerChanged(
                interface: change.interface, router: change.router?.description,
                others: change.others.map(\.description).sorted())
        case .heard(let heard):
            .heard(heard.mapValues { nodes in nodes.mapValues { $0.map(\.description).sorted() } })
        case .reported(let reports): .reported(reports.map { StoredReport($0) })
        case .rebalanced: .rebalanced
        }
    }
}

/// Reads records as turns, one after the other.
struct TurnDecoder: Sendable {
    private var readings = ReadingDifference()
    private let decoder = JSONDecoder()

    func record(_ octets: ArraySlice<UInt8>, offset: Int) throws(RecordingError) -> StoredRecord {
        do {
            return try decoder.decode(StoredRecord.self, from: Data(octets))
        } catch {
            throw RecordingError(
                "a record cannot be understood: another version of martlet may have written it", offset: offset)
        }
    }

    mutating func input(_ stored: StoredInput, offset: Int) throws(RecordingError) -> CoreInput {
        do {
            switch stored {
            case .restored(let state, let unixTime): return .restored(state, unixTime: unixTime)
            case .manifestsRead(let stored): return .manifestsRead(try readings.restore(stored))
            case .manifestsChanged(let stored): return .manifestsChanged(stored.change)
            case .assignmentDeadline: return .assignmentDeadline
            case .speakerStarted(let node, let drainsOnCordon, let heedsExcludeLabel):
                return .speakerStarted(
                    node: node, NodePolicy(drainsOnCordon: drainsOnCordon, heedsExcludeLabel: heedsExcludeLabel))
            case .viewStarted(let namespace, let loadBalancerClass):
                return .viewStarted(namespace: namespace, loadBalancerClass: loadBalancerClass)
            case .viewed(let event): return .viewed(try event.event())
            case .leadingBegan(let loadBalancerClass): return .leadingBegan(loadBalancerClass: loadBalancerClass)
            case .controlled(let event, let time, let numbers):
                return .controlled(try event.event(), time: Timestamp(microseconds: time), numbers: numbers)
            case .updatesTaken(let count): return .updatesTaken(count)
            case .linksChanged(let interfaces):
                return .speaker(.linksChanged(try StoredInterface.table(interfaces)))
            case .routerChanged(let interface, let router, let others):
                return .speaker(.routerChanged(try StoredAddress.routerChange(interface, router, others)))
            case .heard(let heard): return .speaker(.heard(try StoredAddress.heard(heard)))
            case .reported(let reports): return .speaker(.reported(try reports.map { try $0.report() }))
            case .rebalanced: return .speaker(.rebalanced)
            case .speakerDeadline: return .speakerDeadline
            case .speakerLeaves: return .speakerLeaves
            }
        } catch {
            throw RecordingError("an event makes no sense: \(error)", offset: offset)
        }
    }
}
