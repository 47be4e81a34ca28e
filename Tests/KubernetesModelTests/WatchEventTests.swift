import KubernetesModel
import Testing

@Suite("What a watch says")
struct WatchEventTests {
    @Test("an event carries its object") func payload() {
        guard case .applied(let object) = WatchEvent.applied(7) else {
            Issue.record("not what it was made as")
            return
        }
        #expect(object == 7)
    }
}
