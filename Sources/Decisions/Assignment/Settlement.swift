import Addresses
import KubernetesModel
import Timing

/// What one call of the engine works on: which Services and addresses are concerned, and what is to be reported.
struct Settlement {
    /// An address that was taken from a Service, and goes to waste unless it is placed again.
    struct Lifted {
        var pool: Int?
        let service: NamespacedName
        let isRetained: Bool
    }

    let now: Instant
    var poolsChanged = false
    /// Addresses that a host has now and had not before, or the other way.
    var reservationChanges: Set<IPAddress> = []
    /// Services to judge again.
    var dirty: Set<Int> = []
    /// Services that may have to be reported.
    var touched: Set<Int> = []
    var lifted: [IPAddress: Lifted] = [:]
    /// What the Services had that were lifted, in the order of lifting.
    var claims: [Int: [AssignmentEngine.Holding]] = [:]
    /// Things that became available and that a Service waits for.
    var woken: Set<WaitResource> = []
    var releases: [NamespacedName: [AssignmentChange.Release]] = [:]
    /// Changes of Services that are not, or no longer, Martlet's.
    var farewells: [NamespacedName: AssignmentChange] = [:]

    init(now: Instant) { self.now = now }
}
