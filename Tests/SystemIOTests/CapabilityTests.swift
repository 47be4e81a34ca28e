import TestSupport
import Testing

@testable import SystemIO

@Suite struct CapabilityTests {
    static let statuses: [(String, Set<Capability>)] = [
        ("Name:\tx\nCapEff:\t000001ffffffffff\n", Set(Capability.allCases)),
        ("CapEff:\t0000000000000000\n", []),
        ("CapEff:\t0000000000003000\n", [.netRaw]),
        ("CapPrm:\t000001ffffffffff\n", []),
        ("CapEff:\tnonsense\n", []),
        ("", []),
    ]

    @Test("Capabilities are read from the mask of the status file", arguments: statuses)
    func masks(status: String, expected: Set<Capability>) {
        #expect(Capability.effective(inStatus: status) == expected)
    }
}
