import Addresses
import KubernetesModel

/// How a Service came to the addresses that it has, or to none: what it asks for, and what each pool said.
package struct ServiceReview: Hashable, Sendable {
    /// What one pool has to say for one family.
    package struct PoolVerdict: Hashable, Sendable {
        package enum Outcome: Hashable, Sendable {
            /// The Service has this address of the pool.
            case gave(IPAddress)
            /// It could serve; the Service has its address from elsewhere, or waits for want of another family.
            case couldServe
            case refused(AssignmentReason)
        }

        package var pool: String
        package var family: AddressFamily
        package var outcome: Outcome
        /// For a person, without a full stop.
        package var message: String

        package init(pool: String, family: AddressFamily, outcome: Outcome, message: String) {
            self.pool = pool
            self.family = family
            self.outcome = outcome
            self.message = message.bounded()
        }
    }

    package var assignment: ServiceAssignment
    /// IPv4 first.
    package var families: [AddressFamily]
    /// Whether it gets addresses of all the families or none.
    package var needsAllFamilies: Bool
    /// Addresses that it asks for, IPv4 first.
    package var requested: [IPAddress]
    package var requestedPool: String?
    package var sharingKey: String?
    /// In the order in which pools serve, each with the families that the Service wants.
    package var pools: [PoolVerdict]
    /// What works, but should be fixed.
    package var warnings: [AssignmentWarning]

    package init(
        assignment: ServiceAssignment, families: [AddressFamily], needsAllFamilies: Bool = false,
        requested: [IPAddress] = [], requestedPool: String? = nil, sharingKey: String? = nil,
        pools: [PoolVerdict] = [], warnings: [AssignmentWarning] = []
    ) {
        self.assignment = assignment
        self.families = families
        self.needsAllFamilies = needsAllFamilies
        self.requested = requested
        self.requestedPool = requestedPool
        self.sharingKey = sharingKey
        self.pools = pools
        self.warnings = warnings
    }
}
