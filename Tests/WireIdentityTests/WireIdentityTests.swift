import Testing
import WireIdentity

@Suite struct WireIdentityTests {
    @Test("A cluster's identity is the same for everybody who knows its name, and another for another name")
    func identity() {
        #expect(ClusterIdentity(name: "default") == ClusterIdentity(name: "default"))
        #expect(ClusterIdentity(name: "default") != ClusterIdentity(name: "Default"))
        #expect(ClusterIdentity(rawValue: 0xAB).description == "00000000000000ab")
    }

    @Test(
        "A signature holds for what was signed, for its purpose, with its key, and for nothing else",
        arguments: [
            (secret: [1, 2, 3], octets: [5, 6], purpose: SigningKey.Purpose.mark, holds: true),
            (secret: [1, 2, 4], octets: [5, 6], purpose: .mark, holds: false),
            (secret: [1, 2, 3], octets: [5, 7], purpose: .mark, holds: false),
            (secret: [1, 2, 3], octets: [5, 6], purpose: .liveness, holds: false),
        ] as [(secret: [UInt8], octets: [UInt8], purpose: SigningKey.Purpose, holds: Bool)])
    func signature(secret: [UInt8], octets: [UInt8], purpose: SigningKey.Purpose, holds: Bool) {
        let signature = SigningKey(secret: [1, 2, 3]).signature(of: [5, 6], for: .mark)
        #expect(signature.count == SigningKey.signatureLength)
        #expect(SigningKey(secret: secret).hasSigned(octets, for: purpose, with: signature) == holds)
        #expect(!SigningKey(secret: secret).hasSigned(octets, for: purpose, with: Array(signature.dropLast())))
    }

    @Test("One key replaces another → both sign with their own, and believe both, while both are known") func rotation()
    {
        let (old, new) = ([UInt8]("old".utf8), [UInt8]("new".utf8))
        let steps = [
            SigningKey(secret: old), SigningKey(secret: old, alsoBelieving: [new]),
            SigningKey(secret: new, alsoBelieving: [old]), SigningKey(secret: new),
        ]
        for (a, b) in zip(steps, steps.dropFirst()) {
            for (signer, reader) in [(a, b), (b, a)] {
                let signature = signer.signature(of: [1], for: .mark)
                #expect(reader.hasSigned([1], for: .mark, with: signature))
                #expect(!reader.hasSigned([2], for: .mark, with: signature))
            }
        }
        #expect(!steps[3].hasSigned([1], for: .mark, with: steps[0].signature(of: [1], for: .mark)))
    }

    @Test("A key shows nothing of its secret") func redaction() {
        let key = SigningKey(secret: Array("swordfish".utf8))
        #expect("\(key)" == "HMAC-SHA-256, redacted" && "\(String(reflecting: key))" == "\(key)")
        #expect(Mirror(reflecting: key).children.isEmpty)
    }

    @Test("A number is taken once, and never an older one") func replay() {
        var replay = ReplayGuard()
        #expect([5, 5, 4, 6, .max, 6].map { replay.takes($0) } == [true, false, false, true, true, false])
    }

    @Test("Numbers grow from where they begin") func numbers() {
        var numbers = MessageNumbers(startingAt: 100)
        #expect(numbers.next() == 101 && numbers.next() == 102)
    }
}
