import Assignment
import ClusterConfiguration
import ClusterDecisions
import Foundation
import KubernetesModel
import Manifests
import Presentation
import Recording
import Timing
import WireIdentity

/// What is read from files: those of people, and those of an earlier process. Chance does not find checksums, so they are
/// made here, where it is not the checksum that is to be damaged.
enum FuzzedFiles {
    static func readManifests(_ octets: [UInt8]) {
        let reading = ManifestReader.read([ManifestFile(name: "f.yaml", bytes: octets)])
        for problem in reading.problems { demand(!problem.message.isEmpty, "a problem without a message") }
        let decisions = OfflineDecisions(reading, loadBalancerClass: nil)
        var core = StandaloneCore()
        _ = core.handle(reading, at: .zero)
        // The same at once and one after the other.
        demand(
            core.configuration == decisions.configuration || !reading.isComplete, "another configuration while running")
    }

    /// Lines: the first is the file, each further one a change in its journal.
    static func restoreAssignments(_ octets: [UInt8]) {
        let lines = octets.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard let first = lines.first, var state = try? AssignmentStore.state(in: Array(first), path: "f") else {
            return
        }
        var journal: [UInt8] = []
        for line in [Array(#"{"journal":1,"of":"f"}"#.utf8)[...]] + lines.dropFirst() {
            journal += Array("\(AssignmentStore.digest(of: Data(line)).prefix(16)) ".utf8) + line + [UInt8(ascii: "\n")]
        }
        if let changes = try? AssignmentJournal.changes(in: journal, of: "f", path: "f") { state.apply(changes) }
        // The journal without the digests that would be right.
        _ = try? AssignmentJournal.changes(in: octets, of: "f", path: "f")
        var core = StandaloneCore()
        _ = core.restore(state, at: .zero, unixTime: 0)
        _ = core.handle(ManifestReader.read([]), at: .zero)
        _ = core.handleDeadline(at: core.nextDeadline ?? .zero)
    }

    static func restoreCluster(_ octets: [UInt8]) {
        let checksum = AssignmentStore.digest(of: Data(octets))
        guard let saved = ClusterStore.content(of: Array((checksum + "\n").utf8) + octets, path: "f").saved else {
            return
        }
        demand(
            ClusterStore.content(of: octets, path: "f").saved == nil, "a file without its checksum is believed")
        var view = ClusterView(namespace: "martlet-system")
        _ = view.handle(.restored(saved))
    }

    static func readNumbers(_ octets: [UInt8]) {
        let numbers = NumberReservation(time: 1 << 60, saved: octets)
        demand(numbers.first >= 1 << 60 && numbers.bound > numbers.first, "numbers go back")
        // What lies far in the future is not believed.
        guard numbers.bound <= .max / 2 else { return }
        demand(NumberReservation(time: 0, saved: numbers.saved).first >= numbers.bound, "numbers are used again")
    }

    static func readBundle(_ octets: [UInt8]) {
        guard let bundle = try? BundleDocument(jsonText: octets) else { return }
        _ = bundle.status
        for process in bundle.processes { for one in process.explanations { _ = bundle.explanation(of: one.service) } }
        let list: JSONValue = ["apiVersion": "v1", "kind": "List", "items": .array(bundle.objects)]
        _ = OfflineDecisions(
            ManifestReader.read([ManifestFile(name: "f", text: list.text())]), loadBalancerClass: nil)
    }

    /// A recording as it is, and one of which each line is a record.
    static func replay(_ octets: [UInt8]) {
        _ = try? Recording(octets)
        let records = octets.split(separator: UInt8(ascii: "\n")).map { RecordFraming.frame(Array($0)) }
        _ = try? Recording(RecordFraming.preamble + records.joined())
    }
}
