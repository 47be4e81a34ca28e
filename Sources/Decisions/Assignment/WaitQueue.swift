import HeapModule

/// The Services that wait for one thing, by class, each class in order.
struct WaitQueue: Sendable {
    struct Waiter: Comparable, Sendable {
        let order: AssignmentOrder
        let service: Int
        /// A Service that no longer waits as it did has another ticket.
        let ticket: UInt64

        static func < (a: Waiter, b: Waiter) -> Bool { a.order < b.order }
        static func == (a: Waiter, b: Waiter) -> Bool { a.ticket == b.ticket }
    }

    private(set) var classes: [WaitClass: Heap<Waiter>] = [:]
    private var entries = 0
    private var live = 0

    var isEmpty: Bool { live == 0 }

    mutating func insert(_ waiter: Waiter, class waitClass: WaitClass, isCurrent: (Waiter) -> Bool) {
        classes[waitClass, default: []].insert(waiter)
        entries += 1
        live += 1
        if entries > 2 * live + 64 { compact(isCurrent) }
    }

    /// One of the waiters has left; its entry goes when it is met.
    mutating func noteDeparture() { live -= 1 }

    /// The first of a class.
    mutating func first(of waitClass: WaitClass, isCurrent: (Waiter) -> Bool) -> Waiter? {
        while let first = classes[waitClass]?.min {
            if isCurrent(first) { return first }
            classes[waitClass]?.removeMin()
            entries -= 1
        }
        classes[waitClass] = nil
        return nil
    }

    private mutating func compact(_ isCurrent: (Waiter) -> Bool) {
        classes = classes.mapValues { Heap($0.unordered.filter(isCurrent)) }.filter { !$0.value.isEmpty }
        entries = classes.values.reduce(0) { $0 + $1.count }
    }
}
