import Addresses
import LinkLayer
import Timing
import WireCodec

/// A host that is not a speaker, and has an address of ours, or asks for one as if it wanted it.
struct SimulatedHost {
    let hardwareAddress: MACAddress
    let address: IPAddress
    /// How long it takes to answer; `nil`: it has the address not.
    let delay: Duration?
    private let responder: Responder

    init(number: Int, address: IPAddress, answersAfter delay: Duration?) {
        hardwareAddress = MACAddress(2, 4, 0, 0, UInt8(truncatingIfNeeded: number >> 8), UInt8(number & 0xFF))
        self.address = address
        self.delay = delay
        var responder = Responder(hardwareAddress: hardwareAddress)
        if delay != nil { responder.insert(address) }
        self.responder = responder
    }

    /// Its answer, to be sent after its delay.
    func answer(_ octets: [UInt8]) -> [UInt8]? {
        var writer = ByteWriter()
        guard case .answered = responder.answer(octets.span, into: &writer) else { return nil }
        return writer.bytes
    }

    var announcement: [UInt8] { encode(.claim(address, to: nil)) }

    var probe: [UInt8] { encode(.probe(address)) }

    private func encode(_ frame: ClaimFrame) -> [UInt8] {
        var writer = ByteWriter()
        frame.encode(from: hardwareAddress, mark: nil, into: &writer)
        return writer.bytes
    }
}
