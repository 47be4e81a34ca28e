import Timing

/// How much is sent, in each second, to each of those who can make this node send.
struct SendBudget<Key: Hashable & Sendable>: Sendable {
    private struct Window: Sendable {
        var start: Instant
        var count: Int
    }

    /// So many are attended to in one second; those beyond get nothing.
    let capacity: Int
    private var windows: [Key: Window] = [:]

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { windows.count }

    /// Whether one more may be sent, of `limit` in a second; if so, it is counted.
    mutating func takes(_ key: Key, limit: Int = 1, at now: Instant) -> Bool {
        if let window = windows[key], window.start.advanced(by: .seconds(1)) > now {
            guard window.count < limit else { return false }
            windows[key]?.count += 1
            return true
        }
        if windows[key] == nil, windows.count >= capacity {
            windows = windows.filter { $0.value.start.advanced(by: .seconds(1)) > now }
            guard windows.count < capacity else { return false }
        }
        windows[key] = Window(start: now, count: 1)
        return true
    }
}
