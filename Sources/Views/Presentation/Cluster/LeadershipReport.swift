import KubernetesModel
import Timing

/// What the Lease of the controllers says.
package enum LeadershipReport: Hashable, Sendable {
    case lease(Lease)
    /// There is none.
    case absent
    /// It cannot be read, for this reason.
    case unreadable(String)

    /// Who leads, or why no controller does, in a sentence.
    package func sentence(at now: Timestamp) -> String {
        switch self {
        case .absent: return "No controller leads: there is no Lease martlet-controller. Is the Deployment running?"
        case .unreadable(let reason): return "It is not known which controller leads: \(reason)"
        case .lease(let lease):
            let renewed = lease.spec?.renewTime.flatMap { Timestamp($0) }
            let age = renewed.map { "renewed \(now.duration(since: $0).age) ago" } ?? "never renewed"
            guard let holder = lease.spec?.holderIdentity, !holder.isEmpty else {
                return "No controller leads: its Lease has no holder, \(age)."
            }
            // Without a duration, what controllers write.
            let term = Duration.seconds(lease.spec?.leaseDurationSeconds ?? 15)
            guard let renewed, now.duration(since: renewed) <= term else {
                return "No controller leads: the Lease of \(holder) has expired, \(age)."
            }
            return "The controller \(holder) leads, its Lease \(age)."
        }
    }
}
