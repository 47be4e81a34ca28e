import BGP
import Glibc
import NIOCore
import Testing
import Timing

@testable import NodeDecisions
@testable import Speaker

@Suite struct BGPPeerWordsTests {
    static let errors: [(any Error & Sendable, String)] = [
        (IOError(errnoCode: ECONNREFUSED, reason: "connection reset (error set)"), "Connection refused"),
        (IOError(errnoCode: EHOSTUNREACH, reason: "connect"), "No route to host"),
        (ChannelError.connectTimeout(.seconds(3)), "no answer"),
    ]

    @Test("Why a connection failed is told in the system's words, and nothing else", arguments: errors.indices)
    func words(row: Int) {
        let (error, words) = Self.errors[row]
        #expect(BGPPeer.describe(error) == words)
    }

    @Test("A router that does not answer is said to, before the attempt has failed") func silence() {
        let since = Timestamp(microseconds: 1_700_000_000_000_000)
        func told(_ state: SessionState, _ seconds: Int, hasPassword: Bool = false) -> String? {
            BGPPeerStatus.silence(
                in: state, since: since, now: since.advanced(by: .seconds(seconds)), hasPassword: hasPassword)
        }
        #expect(told(.connect, 1) == nil)
        #expect(told(.connect, 2) == "connecting since \(since), no answer")
        #expect(
            told(.connect, 9, hasPassword: true)?.hasSuffix("a different password, or none, does not answer") == true)
        for state in [SessionState.idle, .active, .openSent, .openConfirm, .established] {
            #expect(told(state, 60) == nil)
        }
    }
}
