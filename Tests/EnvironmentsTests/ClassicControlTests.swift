import Graphics
import Random
import Testing

@testable import Environments

@Suite struct ClassicControlTests {
    @Test func spacesAreGymnasiums() {
        #expect("\(MountainCar().observationSpace)" == "Box([-1.2 -0.07], [0.6 0.07], (2,), float32)")
        #expect("\(MountainCarContinuous().actionSpace)" == "Box(-1.0, 1.0, (1,), float32)")
        #expect("\(Pendulum().observationSpace)" == "Box([-1.0 -1.0 -8.0], [1.0 1.0 8.0], (3,), float32)")
        #expect("\(Pendulum().actionSpace)" == "Box(-2.0, 2.0, (1,), float32)")
        #expect(
            "\(Acrobot().observationSpace)"
                == "Box([-1.0 -1.0 -1.0 -1.0 -12.566371 -28.274334], "
                + "[1.0 1.0 1.0 1.0 12.566371 28.274334], (6,), float32)"
        )
        #expect(MountainCar().actionSpace == .discrete(3) && Acrobot().actionSpace == .discrete(3))
    }

    @Test(arguments: TraceBlock.all("sines")) func singlePrecisionIsNumPys(_ block: TraceBlock) throws {
        for line in block.lines {
            let numbers = try line.split(separator: " ").map { Float(bitPattern: try #require(UInt32($0, radix: 16))) }
            let (sine, cosine) = SinglePrecision.sincos(numbers[0])
            #expect(sine == numbers[1] && cosine == numbers[2], "\(numbers[0])")
        }
        #expect(block.lines.count == 200)
    }

    @Test func anEngineThatIsTooWeakNeedsSwing() {
        func steps(_ choose: (MountainCar) -> Int) -> Int {
            var car = TimeLimit(MountainCar(), steps: 1000)
            car.reset(seed: 2)
            while !car.step(choose(car.base)).ended {}
            return car.elapsed
        }
        #expect(steps { _ in 2 } == 1000)
        #expect(steps { $0.velocity >= 0 ? 2 : 0 } < 150)
    }

    @Test func theGoalVelocityMustBeReached() {
        var car = MountainCar(startRange: 0.45...0.45, goalVelocity: 0.069)
        car.reset(seed: 1)
        car.velocity = 0.06
        #expect(!car.step(2).terminated && car.position > MountainCar.goalPosition)
        var slower = MountainCar(startRange: 0.45...0.45, goalVelocity: 0.05)
        slower.reset(seed: 1)
        slower.velocity = 0.06
        #expect(slower.step(2).terminated)
    }

    @Test func aPendulumWithoutGravityKeepsItsSpeed() {
        var pendulum = Pendulum(startAngle: 1, startVelocity: 1, gravity: 0)
        pendulum.reset(seed: 4)
        let before = pendulum.angularVelocity
        for _ in 0..<50 { _ = pendulum.step(0) }
        #expect(pendulum.angularVelocity == before)
        var turned = Pendulum()
        turned.reset(seed: 4)
        for _ in 0..<50 { #expect(turned.step(2).reward <= 0) }
    }

    @Test func anAcrobotAtRestStaysWithoutTorque() {
        var acrobot = Acrobot(startRange: 0...0)
        acrobot.reset(seed: 1)
        for _ in 0..<100 { #expect(acrobot.step(1) == Step(reward: -1)) }
        #expect(abs(acrobot.angles.0) < 1e-10 && abs(acrobot.angularVelocities.1) < 1e-10)
        _ = acrobot.step(2)
        #expect(acrobot.angularVelocities.1 > 0.1)
    }

    @Test func picturesShowTheState() {
        var car = MountainCar()
        var frame = Frame(car.frameSize)
        car.position = -.pi / 6
        car.draw(into: &frame)
        #expect(frame[225, 351] == Color(hex: 0xC0392B), "the car stands in the valley's middle")
        car.position = 0.3
        car.draw(into: &frame)
        #expect(frame[225, 351] != Color(hex: 0xC0392B))
        var pendulum = Pendulum(startAngle: 0, startVelocity: 0)
        pendulum.reset(seed: 1)
        frame = Frame(pendulum.frameSize)
        pendulum.draw(into: &frame)
        #expect(frame[250, 100] == Color(hex: 0xCC4D4D) && frame[250, 400] == .white, "it stands upright")
        var acrobot = Acrobot(startRange: 0...0)
        acrobot.reset(seed: 1)
        frame = Frame(acrobot.frameSize)
        acrobot.draw(into: &frame)
        #expect(frame[250, 420] == Color(hex: 0x2FA8B5), "both links hang down")
    }
}
