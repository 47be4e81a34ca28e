import KubernetesModel
import Testing

@Suite struct NamespacedNameTests {
    @Test(
        "a name → what it says, and back",
        arguments: [
            ("shop/web", NamespacedName(namespace: "shop", name: "web")),
            ("web", NamespacedName(namespace: nil, name: "web")),
        ])
    func read(text: String, name: NamespacedName) {
        #expect(NamespacedName(text) == name)
        #expect(NamespacedName(namespaced: text) == (name.namespace == nil ? nil : name))
        #expect(name.description == text)
    }

    @Test("an empty part, or three → no name", arguments: ["", "/", "shop/", "/web", "a/b/c", "shop//web"])
    func refused(text: String) { #expect(NamespacedName(text) == nil) }
}
