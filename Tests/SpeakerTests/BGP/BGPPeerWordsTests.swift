import Glibc
import NIOCore
import Testing

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
        #expect(BGPPeer.words(for: error) == words)
    }
}
