import Addresses
import KubernetesModel
import Timing

/// What the controller and the speakers of a cluster have written about one Service: what an explanation may call a fact.
package struct ClusterEvidence: Hashable, Sendable {
    /// What a speaker says.
    package struct Speaker: Hashable, Sendable {
        /// The addresses of the Service that it answers for; `nil` if it has reported none of any Service.
        package var addresses: Set<String>?
        /// Whether its list has all of its addresses.
        package var isComplete: Bool
        /// Why it does not do its work; `nil` if it does.
        package var notReady: String?
        /// Whether its Node is Ready: the report of a dead node stays.
        package var isNodeReady: Bool
        /// What is wrong with the age of its report; `nil` if it is fresh.
        package var staleness: String?
    }

    /// How far a node confirms that it answers.
    enum Finding: Hashable {
        case confirmed
        /// It lists all of its addresses, but not this one.
        case denied
        /// It lists more than fit.
        case unlisted
        /// There is no report that counts.
        case unknown
    }

    /// The addresses in the Service's `status.loadBalancer`.
    package var given: Set<IPAddress>
    /// Who leads the controllers, a sentence; `nil` if it was not looked up.
    package var leadership: String?
    /// By node.
    package var speakers: [String: Speaker]

    func finding(_ address: IPAddress, of service: NamespacedName, on node: String) -> Finding {
        guard let speaker = speakers[node], speaker.isNodeReady, speaker.staleness == nil,
            let addresses = speaker.addresses
        else {
            return .unknown
        }
        if addresses.contains(address.description) { return .confirmed }
        return speaker.isComplete ? .denied : .unlisted
    }

    /// Why nothing of a node counts as reported.
    func silence(of node: String) -> String {
        guard let speaker = speakers[node] else {
            return "no speaker reports from it (there is no Speaker object \(node))"
        }
        if let staleness = speaker.staleness { return staleness }
        return speaker.isNodeReady
            ? "its speaker has not reported it" : "the Node is not Ready, so its last report does not count"
    }
}

extension ClusterEvidence.Speaker {
    init(_ report: SpeakerReport, of service: NamespacedName, isNodeReady: Bool, at now: Timestamp?) {
        let listed = report.status?.addresses
        addresses = listed.map { entries in
            Set(
                entries.filter { $0.service == service.description }.map { entry in
                    (try? IPAddress(entry.ip))?.description ?? entry.ip
                })
        }
        isComplete = (listed ?? []).count < SpeakerStatus.limit
        let ready = report.status?.conditions?.first { $0.type == "Ready" }
        notReady = ready.flatMap { $0.status == "True" ? nil : $0.message ?? "" }
        self.isNodeReady = isNodeReady
        staleness = now.flatMap { report.staleness(at: $0) }
    }
}

extension SpeakerReport {
    /// That the speaker has not written for too long; `nil` if it has, or is of a version that does not say when.
    func staleness(at now: Timestamp) -> String? {
        guard let reported = status?.reported.flatMap({ Timestamp($0) }) else { return nil }
        let age = now.duration(since: reported)
        return age <= SpeakerStatus.staleAfter
            ? nil : "its speaker has not reported for \(age.age) (it hangs, or cannot reach the API server)"
    }
}
