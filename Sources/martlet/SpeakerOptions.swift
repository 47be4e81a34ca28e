import ArgumentParser
import BFD
import ClusterConfiguration
import Foundation
import LinkLayer
import Speaker
import Timing

/// How a node behaves on its segments.
struct SpeakerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Between two liveness packets to the other nodes of a segment; longer by itself on large segments.",
            valueName: "duration"))
    var livenessInterval = "50ms"

    @Option(help: ArgumentHelp("How many of them may be missing before a node counts as lost.", valueName: "count"))
    var livenessMultiplier: UInt8 = 5

    @Option(
        help: ArgumentHelp(
            """
            A file with the key, of 1 to 20 octets, that liveness packets are signed with and have to be signed with; the \
            same on every node. A Secret can be mounted as such a file. White space at its end does not count.
            """, valueName: "path"))
    var livenessKeyFile: String?

    @Option(
        help: ArgumentHelp("Between two announcements of an address that stays where it is.", valueName: "duration"))
    var announceInterval = "60s"

    func validate() throws {
        _ = try duration("--liveness-interval", livenessInterval, .milliseconds(10)...(.seconds(6)))
        _ = try duration("--announce-interval", announceInterval, .seconds(1)...(.seconds(86_400)))
        guard livenessMultiplier >= 2 else {
            throw ValidationError(
                "--liveness-multiplier \(livenessMultiplier): at least 2, so that one lost packet does no harm")
        }
    }

    private func duration(_ option: String, _ text: String, _ range: ClosedRange<Duration>) throws -> Duration {
        guard let duration = try? Duration(goText: text), range.contains(duration) else {
            throw ValidationError(
                "\(option) \(text): expected a duration from \(range.lowerBound) to \(range.upperBound), such as 50ms or 2s"
            )
        }
        return duration
    }

    var layer2: Layer2Settings {
        get throws {
            var settings = Layer2Settings()
            settings.pace.interval = try duration("--announce-interval", announceInterval, .zero...(.seconds(86_400)))
            return settings
        }
    }

    var liveness: LivenessSettings {
        get throws {
            var settings = LivenessSettings()
            settings.segment.interval = try duration("--liveness-interval", livenessInterval, .zero...(.seconds(6)))
            settings.segment.detectMultiplier = livenessMultiplier
            settings.segment.key = try livenessKeyFile.map(key)
            return settings
        }
    }

    private func key(in path: String) throws -> AuthenticationKey {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Diagnostics.failure("--liveness-key-file \(path): the file cannot be read")
        }
        var secret = Array(data)
        while let last = secret.last, [0x20, 0x09, 0x0A, 0x0D].contains(last) { secret.removeLast() }
        guard let key = AuthenticationKey(keyID: 1, secret: secret) else {
            throw Diagnostics.failure(
                "--liveness-key-file \(path): the key has \(secret.count) octets; it must have from 1 to 20 (RFC 5880)")
        }
        return key
    }
}
