import Addresses

/// Who has shown something on a segment: a speaker, at one MAC address. Two hosts that run under the name of one node are
/// two witnesses.
package struct Witness: Hashable, Sendable {
    package let speaker: UInt32
    package let hardwareAddress: MACAddress

    package init(_ speaker: UInt32, at hardwareAddress: MACAddress) {
        self.speaker = speaker
        self.hardwareAddress = hardwareAddress
    }
}
