/// The segments that were listened to for as long as it takes to find every node.
package struct ListenedSegments: Hashable, Sendable {
    /// Which list of interfaces it is about: each that liveness is given has a number.
    package let list: UInt64
    /// By name.
    package let interfaces: Set<String>

    package init(list: UInt64, interfaces: Set<String>) {
        self.list = list
        self.interfaces = interfaces
    }
}
