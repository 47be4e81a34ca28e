import Addresses
import ClusterConfiguration
import Timing

/// Why a Service may not have one particular address. Pools and Services are named by their numbers.
enum Refusal: Hashable, Sendable {
    /// No pool holds it.
    case notInPool
    /// Its pool never gives it.
    case excluded(pool: Int)
    /// The Service asks for another pool.
    case otherPoolRequested(pool: Int)
    /// Its pool is pinned to others.
    case notAllowed(pool: Int)
    /// Its pool gives nothing more.
    case disabled(pool: Int)
    /// A host has it.
    case reserved(ReservedAddress)
    /// A Service has it that does not share.
    case inUse(by: Int)
    /// It is shared, but not with Services that do not share.
    case doesNotShare(with: Int)
    /// It is shared under another key, or in another namespace, or by Services with other backends.
    case otherGroup(than: Int)
    case portInUse(PortClaim, by: Int)
    case resting(pool: Int, until: Instant)
    case overQuota(pool: Int)
    /// The Service does not want an address of this family.
    case familyNotWanted
    /// The Service asks for another address of this family.
    case otherRequested

    var reason: AssignmentReason {
        switch self {
        case .notInPool, .excluded, .otherPoolRequested: .addressNotInPool
        case .notAllowed: .poolNotAllowed
        case .disabled: .poolDisabled
        case .reserved: .addressReserved
        case .inUse: .addressInUse
        case .doesNotShare, .otherGroup, .portInUse: .sharingRefused
        case .resting: .reuseAfter
        case .overQuota: .quotaExceeded
        case .familyNotWanted: .familyMismatch
        case .otherRequested: .requestInvalid
        }
    }
}
