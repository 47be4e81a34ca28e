import Addresses
import Announcement
import Assignment
import ClusterConfiguration
import KubernetesModel

// Where the Service's endpoints are, for the addresses that it has.
extension Explanation {
    var endpointStep: ExplanationStep {
        guard let endpoints else {
            return ExplanationStep("Endpoints", .neutral, "No EndpointSlice: assumed ready on every node.")
        }
        let families = Set((review?.assignment.addresses ?? []).map(\.address.family)).sorted()
        let own = families.map { endpoints[$0] }
        let isAnnouncedWithout = service.map(ServiceSwitch.announceWithoutEndpoints.isOn) ?? false
        let missing = own.contains { !$0.isUsable }
        guard own.contains(where: \.isUsable) else {
            return isAnnouncedWithout
                ? ExplanationStep("Endpoints", .neutral, "None is ready; \(Explanation.announcedWithout).")
                : ExplanationStep("Endpoints", .bad, "None is ready, so no node announces.")
        }
        var details: [String] = []
        if service?.spec?.externalTrafficPolicy == "Local" {
            details.append("externalTrafficPolicy is Local: only these nodes announce")
            if own.contains(where: { !$0.terminating.isEmpty && !$0.ready.isEmpty }) {
                details.append("of these, nodes with only terminating endpoints announce if no other node can")
            }
        }
        if missing, isAnnouncedWithout { details.append(Explanation.announcedWithout) }
        let isSame = own.allSatisfy { $0 == own[0] }
        let summary =
            isSame
            ? own[0].summary + "."
            : zip(families, own).map { "\($0): \($1.summary)." }.joined(separator: " ")
        return ExplanationStep(
            "Endpoints", !missing ? .good : isAnnouncedWithout ? .neutral : .bad, summary, details: details)
    }

    private static let announcedWithout =
        "announced anyway: the annotation \(ServiceSwitch.announceWithoutEndpoints.key) is true"
}

extension FamilyEndpoints {
    /// Where they are, without a full stop.
    fileprivate var summary: String {
        guard isUsable else { return "None is ready" }
        var parts: [String] = []
        if !ready.isEmpty { parts.append("Ready on \(ready.keys.sorted().joined(separator: ", "))") }
        if !terminating.isEmpty {
            parts.append(
                "\(ready.isEmpty ? "T" : "t")erminating on \(terminating.keys.sorted().joined(separator: ", "))")
        }
        return parts.isEmpty ? "Ready" : parts.joined(separator: ", ")
    }
}
