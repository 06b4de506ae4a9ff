// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {WitnessAnchorRegistry} from "../src/WitnessAnchorRegistry.sol";
import {eq, vm} from "./Vm.sol";

/// Anybody, anchoring anything at any time, with a ledger of what must be found again.
contract Crowd {
    struct Entry {
        bytes32 root;
        uint256 time;
        address sender;
    }

    WitnessAnchorRegistry public immutable registry;
    Entry[] private ledger;

    constructor(WitnessAnchorRegistry registry_) {
        registry = registry_;
    }

    function anchor(address sender, bytes32 root, uint32 later) external {
        if (root == 0) return;
        vm.warp(block.timestamp + later);
        vm.prank(sender);
        uint256 id = registry.anchor(root);
        eq(id, ledger.length, "an id was reused or skipped");
        ledger.push(Entry(root, block.timestamp, sender));
    }

    function anchorAgain(address sender, uint256 which) external {
        if (ledger.length == 0) return;
        vm.prank(sender);
        bytes32 root = ledger[which % ledger.length].root;
        eq(registry.anchor(root), ledger.length, "an id was reused or skipped");
        ledger.push(Entry(root, block.timestamp, sender));
    }

    function anchorZero(address sender) external {
        vm.prank(sender);
        try registry.anchor(0) {
            revert("the zero root was anchored");
        } catch {}
    }

    function size() external view returns (uint256) {
        return ledger.length;
    }

    function entry(uint256 id) external view returns (Entry memory) {
        return ledger[id];
    }
}

contract WitnessAnchorRegistryInvariants {
    WitnessAnchorRegistry private registry;
    Crowd private crowd;

    function setUp() public {
        vm.warp(1_793_000_000);
        registry = new WitnessAnchorRegistry();
        crowd = new Crowd(registry);
    }

    /// Forge reads the contracts to call from here.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(crowd);
    }

    /// Every root is found again with its time and sender, whatever came after it.
    function invariant_NothingWrittenEverChanges() public view {
        for (uint256 id = 0; id < crowd.size(); id++) {
            Crowd.Entry memory entry = crowd.entry(id);
            eq(registry.roots(id), entry.root, "root");
            eq(registry.timestamps(id), entry.time, "time");
            eq(registry.anchorerOf(id), entry.sender, "sender");
            require(registry.verify(id, entry.root) && !registry.verify(id, 0), "verify");
        }
    }

    /// One id per anchor, none beyond the count, and times never step back: readers search by them.
    function invariant_IdsAndTimesAreOrdered() public view {
        uint256 count = registry.batchCount();
        eq(count, crowd.size(), "count");
        eq(registry.roots(count), 0, "a root beyond the count");
        for (uint256 id = 1; id < count; id++) {
            require(registry.timestamps(id - 1) <= registry.timestamps(id), "times step back");
        }
    }
}
