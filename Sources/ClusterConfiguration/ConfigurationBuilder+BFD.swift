import KubernetesModel

extension ConfigurationBuilder {
    mutating func makeBFDSettings() -> Outcome<BFDSettings> {
        var outcome = Outcome<BFDSettings>()
        for object in uniquelyNamed(state.bfdProfiles) {
            var check = ObjectCheck(ObjectReference(object), state.locations)
            let settings = makeBFDSettings(object, &check)
            settle(check, settings, previous: nil, name: object.metadata.name, into: &outcome)
        }
        return outcome
    }

    private func makeBFDSettings(_ object: BFDProfile, _ check: inout ObjectCheck) -> BFDSettings {
        let spec = object.spec
        let interval = 10...60_000
        var settings = BFDSettings(profile: object.metadata.name)
        if let value = check.number(spec?.receiveInterval, "spec.receiveInterval", in: interval, unit: " ms") {
            settings.receiveInterval = .milliseconds(value)
        }
        if let value = check.number(spec?.transmitInterval, "spec.transmitInterval", in: interval, unit: " ms") {
            settings.transmitInterval = .milliseconds(value)
        }
        _ = check.number(spec?.echoInterval, "spec.echoInterval", in: interval, unit: " ms")
        if let value = check.number(spec?.detectMultiplier, "spec.detectMultiplier", in: 2...255) {
            settings.detectMultiplier = value
        }
        if let value = check.number(spec?.minimumTtl, "spec.minimumTtl", in: 1...254) { settings.minimumTTL = value }
        settings.isPassive = spec?.passiveMode ?? false
        if spec?.echoMode == true {
            check.warning(
                "spec.echoMode",
                "echo (RFC 5880 §6.8.9) is not used, sessions run without it: set echoMode to false, and for faster "
                    + "detection shorten transmitInterval and receiveInterval")
        }
        return settings
    }
}
