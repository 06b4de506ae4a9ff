// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {WitnessAnchorRegistry} from "../src/WitnessAnchorRegistry.sol";
import {eq, vm} from "./Vm.sol";

/// What one call does, and what strangers can do to us.
contract WitnessAnchorRegistryTest {
    event Anchored(uint256 indexed batchId, bytes32 root, uint256 timestamp);
    event AnchoredBy(address indexed anchorer, bytes32 indexed root, uint256 indexed batchId);

    WitnessAnchorRegistry private registry;

    address private constant us = address(0xA11CE);
    address private constant stranger = address(0xBAD);
    bytes32 private constant root = keccak256("root");

    function setUp() public {
        registry = new WitnessAnchorRegistry();
        vm.warp(1_793_000_000);
    }

    function test_IdsCountFromZero() public {
        for (uint256 i = 0; i < 5; i++) {
            eq(registry.anchor(bytes32(i + 1)), i, "id");
            eq(registry.batchCount(), i + 1, "count");
        }
    }

    function testFuzz_AnchorIsRecorded(address sender, bytes32 anyRoot, uint64 time) public {
        vm.assume(anyRoot != 0 && time != 0);
        vm.warp(time);
        vm.prank(sender);
        uint256 id = registry.anchor(anyRoot);
        eq(registry.roots(id), anyRoot, "root");
        eq(registry.timestamps(id), time, "time");
        eq(registry.anchorerOf(id), sender, "anchorer");
        require(registry.verify(id, anyRoot), "verifies");
    }

    function test_EmitsThePlannedEventAndTheIndexedOne() public {
        vm.expectEmit(true, false, false, true, address(registry));
        emit Anchored(0, root, block.timestamp);
        vm.expectEmit(true, true, true, true, address(registry));
        emit AnchoredBy(us, root, 0);
        vm.prank(us);
        registry.anchor(root);
    }

    function test_ZeroRootIsRefused() public {
        vm.expectRevert(WitnessAnchorRegistry.ZeroRoot.selector);
        registry.anchor(0);
        eq(registry.batchCount(), 0, "nothing was counted");
    }

    function testFuzz_UnknownIdHoldsNothing(uint256 id, bytes32 anyRoot) public view {
        eq(registry.roots(id), 0, "root");
        eq(registry.timestamps(id), 0, "time");
        eq(registry.anchorerOf(id), address(0), "anchorer");
        require(!registry.verify(id, 0), "the zero root of an unknown id verifies");
        require(!registry.verify(id, anyRoot), "an unknown id verifies");
    }

    function testFuzz_VerifyRefusesAnotherRoot(bytes32 other) public {
        vm.assume(other != root);
        uint256 id = registry.anchor(root);
        require(!registry.verify(id, other), "another root verifies");
    }

    /// The storage layout is format: evidence bundles prove these very slots.
    function testFuzz_StorageLayout(address sender, bytes32 anyRoot) public {
        vm.assume(anyRoot != 0);
        registry.anchor(root);
        vm.prank(sender);
        uint256 id = registry.anchor(anyRoot);
        eq(vm.load(address(registry), bytes32(uint256(0))), bytes32(uint256(2)), "slot 0");
        eq(vm.load(address(registry), keccak256(abi.encode(id, uint256(1)))), anyRoot, "slot 1");
        bytes32 record = bytes32((block.timestamp << 160) | uint160(sender));
        eq(vm.load(address(registry), keccak256(abi.encode(id, uint256(2)))), record, "slot 2");
    }

    /// A stranger who saw our root in the mempool anchors it first: ours is recorded all the same, as ours, and theirs
    /// only proves that the root is at least as old.
    function test_FrontRunningOurRootChangesNothing() public {
        vm.prank(stranger);
        uint256 theirs = registry.anchor(root);
        vm.prank(us);
        uint256 ours = registry.anchor(root);
        eq(registry.anchorerOf(theirs), stranger, "theirs");
        eq(registry.anchorerOf(ours), us, "ours");
        require(registry.verify(ours, root) && registry.timestamps(theirs) <= registry.timestamps(ours), "both hold");
    }

    /// A flood of junk moves our id, and neither blocks us nor makes us pay more.
    function testFuzz_FloodingChangesNothing(uint8 junk) public {
        registry.anchor(keccak256("first"));
        for (uint256 i = 0; i < junk; i++) {
            vm.prank(stranger);
            registry.anchor(keccak256(abi.encode(i)));
        }
        vm.prank(us);
        uint256 id = registry.anchor(root);
        eq(id, uint256(junk) + 1, "id");
        eq(registry.anchorerOf(id), us, "anchorer");
    }

    /// After a reorg our transaction may land behind others: another id, the same root and anchorer.
    function test_ReorgMovesTheIdOnly() public {
        uint256 fork = vm.snapshotState();
        vm.prank(us);
        eq(registry.anchor(root), 0, "id before");
        vm.revertToState(fork);
        vm.prank(stranger);
        registry.anchor(keccak256("junk"));
        vm.prank(us);
        uint256 id = registry.anchor(root);
        eq(id, 1, "id after");
        eq(registry.anchorerOf(id), us, "anchorer");
        require(!registry.verify(0, root), "the old id holds our root");
    }

    /// Whole transactions, intrinsic gas included: compared with snapshots/WitnessAnchorRegistry.json.
    function test_Gas() public {
        registry.anchor(keccak256("first"));
        require(vm.snapshotGasLastCall("anchor, first") <= 94_000, "the first anchor costs too much");
        registry.anchor(root);
        require(vm.snapshotGasLastCall("anchor") <= 76_000, "an anchor costs too much");
    }
}
