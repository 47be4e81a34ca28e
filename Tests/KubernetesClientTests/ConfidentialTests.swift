import KubernetesClient
import Testing

@Suite("What no log may show") struct ConfidentialTests {
    @Test("It is printed in no way that there is, and compares by what it holds") func printing() {
        let token = Confidential("opensesame")
        var dumped = ""
        dump(token, to: &dumped)
        for text in ["\(token)", String(describing: token), String(reflecting: token), dumped, "\([token])"] {
            #expect(!text.contains("sesame"), "\(text)")
        }
        #expect(token == Confidential(Array("opensesame".utf8)) && token != Confidential("other"))
        #expect(token.text == "opensesame")
    }
}
