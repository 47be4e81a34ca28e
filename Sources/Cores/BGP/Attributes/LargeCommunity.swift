/// A large BGP community (RFC 8092): a global administrator, usually an AS number, and two values, 32 bits each.
package struct LargeCommunity: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let globalAdministrator: UInt32
    package let localData1: UInt32
    package let localData2: UInt32

    package init(_ globalAdministrator: UInt32, _ localData1: UInt32, _ localData2: UInt32) {
        self.globalAdministrator = globalAdministrator
        self.localData1 = localData1
        self.localData2 = localData2
    }

    /// Parses `ADMINISTRATOR:DATA1:DATA2`, three decimal numbers of 32 bits, as RFC 8092 §5 writes them. `nil` if the
    /// text is anything else.
    package init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 3, let administrator = UInt32(digits: parts[0]), let data1 = UInt32(digits: parts[1]),
            let data2 = UInt32(digits: parts[2])
        else { return nil }
        self.init(administrator, data1, data2)
    }

    package var description: String { "\(globalAdministrator):\(localData1):\(localData2)" }

    package static func < (a: LargeCommunity, b: LargeCommunity) -> Bool {
        (a.globalAdministrator, a.localData1, a.localData2) < (b.globalAdministrator, b.localData1, b.localData2)
    }
}
