using FastFence.Model.Cases;
using FastFence.Model.Reports;

namespace FastFence.Model;

/// <summary>Every case holds, and each of its known-bad twins is caught or is known to be redundant: the report's table.</summary>
public sealed class CaseTests
{
    [Fact]
    public void AFenceIsSignaledOnceAndItsResultsAreSeenWithIt() => Holds<SignalOnce>();

    [Fact]
    public void ACallbackAddedWhileTheFenceClosesRunsOnceOrIsRefused() => Holds<PushAgainstClose>();

    [Fact]
    public void WhatAReaderMaySeeIsFreedOnlyAfterItsSection() => Holds<ReaderAgainstScan>();

    [Fact]
    public void WhatAnOnlineReaderMaySeeIsFreedOnlyAfterItsReport() => Holds<QuiescentReport>();

    [Fact]
    public void ReadersOfTheSharedRecordHoldReclaimingUpTogether() => Holds<SharedRecord>();

    [Fact]
    public void AThreadThatRegistersUnderAScanIsSafe() => Holds<Registering>();

    [Fact]
    public void AReaderThatRestsIsSeenAsItsRestEnds() => Holds<RestAgainstScan>();

    [Fact]
    public void ABriefSectionEndsTheRestToo() => Holds<BriefFromRest>();

    [Fact]
    public void AReaderThatLeftOnlineIsKnownAsCasual() => Holds<LeavingOnline>();

    [Fact]
    public void AScanForAnotherThreadsStampNeedsNoFenceOfItsOwn() => Holds<ScanForAnother>();

    [Fact]
    public void ATimelineGetsOneBlockOrIsClosedUnused() => Holds<FirstUse>();

    [Fact]
    public void PrivateDataOfAFenceSeenPendingLivesToTheEndOfTheSection() => Holds<PrivateData>();

    [Fact]
    public void TheLastReferenceComesAfterAllOthers() => Holds<LastReference>();

    [Fact]
    public void AWeakHandleIsAcquiredOrRefusedNeverBoth() => Holds<AcquireAgainstRelease>();

    [Fact]
    public void AGuessedHandleMeetsAWholeFence() => Holds<Birth>();

    [Fact]
    public void ASharedSlotAlwaysGivesItsFence() => Holds<AcquireFromShared>();

    [Fact]
    public void AWaiterIsWokenAndSeesTheResults() => Holds<Park>();

    [Fact]
    public void AWaiterWhoseDeadlineComesLeavesNothingBehind() => Holds<ParkWithDeadline>();

    [Fact]
    public void AWaiterForAnyIsWokenWithASignaledFence() => Holds<WaitForAny>();

    [Fact]
    public void AWaiterForAllIsWokenByTheLast() => Holds<WaitForAll>();

    [Fact]
    public void AGroupWhoseDeadlineComesLeavesNothingBehind() => Holds<WaitForAnyWithDeadline>();

    [Fact]
    public void OneOfTwoSignallersWakesAndTheLastOneOutFrees() => Holds<GroupOfTwo>();

    [Fact]
    public void AWaiterForAValueIsWokenAndSeesTheResults() => Holds<WaitForValue>();

    [Fact]
    public void AWaiterForAValueWhoseDeadlineComesLeavesNothingBehind() => Holds<WaitForValueWithDeadline>();

    [Fact]
    public void AWaiterForAValueLeavesOrIsWokenNeverBoth() => Holds<LeaveAgainstWake>();

    [Fact]
    public void TwoWaitersForValuesAreBothWoken() => Holds<WaitForTwoValues>();

    [Fact]
    public void TheHubNeverSleepsOverADueAwait() => Holds<Hub>();

    [Fact]
    public void TheDispatcherNeverSleepsOverAFence() => Holds<Dispatch>();

    [Fact]
    public void TimelinesPushedTogetherAllArrive() => Holds<DispatchTwo>();

    [Fact]
    public void AnAwaitThatAPollerCompletedIsNeverSleptOver() => Holds<DispatchAwait>();

    [Fact]
    public void TwoDispatchersNeverTakeTheSameTimeline() => Holds<DispatchTakers>();

    [Fact]
    public void CallbacksOfATimelineRunInOrderWhoeverSignals() => Holds<RunInOrder>();

    [Fact]
    public void CallbacksHandedToAnExecutorRunInOrderAndOnce() => Holds<RunHandedOver>();

    [Fact]
    public void AnExporterIsNotUnloadedUnderASleeper() => Holds<SleepersAgainstUnload>();

    [Fact]
    public void AnExporterIsNotUnloadedUnderACallbackOfItsCode() => Holds<CallbacksAgainstUnload>();

    [Fact]
    public void ACallbackRegisteredDuringAnUnloadIsCountedOrRefused() => Holds<RegisterAgainstUnload>();

    [Fact]
    public void AnExporterIsNotUnloadedUnderItsDestructors() => Holds<DestructorsAgainstUnload>();

    [Fact]
    public void ACallbackRunsOrIsRemovedNeverBoth() => Holds<RemoveAgainstClose>();

    [Fact]
    public void ACallbackRunsOrIsRemovedNeverBothByThePlainWays() => Holds<RemoveAgainstCloseByPlace>();

    [Fact]
    public void ACallbackIsRemovedForOneRemoverOnly() => Holds<RemoveTwice>();

    [Fact]
    public void ASweepUnderASignalGivesEachNodeUpOnce() => Holds<SweepAgainstClose>();

    [Fact]
    public void ASweepUnderAPushLosesNoCallback() => Holds<SweepAgainstPush>();

    [Fact]
    public void ASlotReleasedUnderItsCallbacksWaitsForThem() => Holds<Late>();

    [Fact]
    public void AQuiescedFenceHasNoCallbackLeft() => Holds<Quiesced>();

    [Fact]
    public void WhoWaitsForQuiescenceIsWokenWhenTheCallbackHasReturned() => Holds<WaitForQuiesced>();

    [Fact]
    public void AnErrorSetUnderASignalCountsOrIsRefused() => Holds<ErrorAgainstSignal>();

    [Fact]
    public void ASignalOutOfTurnIsNeverLost() => Holds<Turn>();

    [Fact]
    public void SignalsByPlaceTakeEffectInTurn() => Holds<TurnByPlace>();

    [Fact]
    public void ThreeSignalsInAnyOrderAllTakeEffect() => Holds<TurnOfThree>();

    [Fact]
    public void AStagedSlotIsTakenOnce() => Holds<Staged>();

    [Fact]
    public void AStealerTakesNothingFromABagThatBecameAnotherLists() => Holds<StagedAgain>();

    [Fact]
    public void ADeadThreadsCacheIsFinishedOnlyWhenNothingIsLeftInIt() => Holds<Orphan>();

    [Fact]
    public void ABagIsTakenFromLimboWhenItIsRipeAndWhole() => Holds<Limbo>();

    [Fact]
    public void AStackLosesNothingAndGivesNothingTwice() => Holds<Stack>();

    [Fact]
    public void PrivateDataIsDestroyedOnceAndAfterItsLastUse() => Holds<Retiring>();

    [Fact]
    public void APublishedTimeCarriesWhatCameBefore() => Holds<Clock>();

    [Fact]
    public void ADeviceNeverSleepsOverAPublishedCommand() => Holds<EmitAgainstDoorbell>();

    [Fact]
    public void APollerNeverSleepsOverACompletion() => Holds<CompleteAgainstSleep>();

    [Fact]
    public void ADeadlineIsReadWholeOrNotAtAll() => Holds<HintsRead>();

    [Fact]
    public void APollerNeverSleepsAcrossADeadlineThatIsJustSet() => Holds<HintAgainstSleep>();

    [Fact]
    public void AJobGoesAllTheWayThroughTheRing() => Holds<RingWhole>();

    [Fact]
    public void TwoEmittersNeverShareAPosition() => Holds<Reserving>();

    [Fact]
    public void APositionIsPublishedOrGivenUpNeverBoth() => Holds<Hole>();

    [Fact]
    public void ASkippedPositionThatIsGivenUpKeepsItsSlot() => Holds<NopHole>();

    [Fact]
    public void AFenceEmittedOnAFailingRingEndsOnce() => Holds<EmitAgainstFailing>();

    [Fact]
    public void AnOwnersDropNeverMakesAFencePendingAgain() => Holds<OwnDrop>();

    [Fact]
    public void AReferenceTakenFromADroppedFenceKeepsItsSlot() => Holds<AcquireAgainstDrop>();

    [Fact]
    public void ASignalAndADropEndAFenceOnce() => Holds<SignalAgainstDrop>();

    [Fact]
    public void ASignalOutOfTurnTakesEffectBehindADroppedFence() => Holds<TurnByDrop>();

    [Fact]
    public void CallbacksRunStraightFromTheSignalRunOnce() => Holds<RunDirect>();

    [Fact]
    public void CallbacksRunStraightFromTheSignalKeepTheOrderOfTheirTimeline() => Holds<RunInOrderDirect>();

    [Fact]
    public void ARemovalIsExactAgainstASignalThatLooksFirst() => Holds<RemoveAgainstCloseLooking>();

    [Fact]
    public void AnOwnersReleaseNeverMakesAFencePendingAgain() => Holds<OwnRelease>();

    [Fact]
    public void ALateSlotIsSettledOrStolenOnce() => Holds<LateStolen>();

    [Fact]
    public void ASignalInsideASectionRunsItsCallbacksOnceAndKeepsTheSlot() => Holds<NestedSignal>();

    [Fact]
    public void AFenceHandedToTheDispatcherIsGivenUpOnce() => Holds<HandOver>();

    [Fact]
    public void ASecondSignalInAndOutOfTurnIsRefused() => Holds<TurnTwice>();

    [Fact]
    public void AFaultNeverHidesThatARingIsFailing() => Holds<FaultAgainstFailing>();

    [Fact]
    public void ASleepingDeviceNoticesThatItsRingIsGone() => Holds<DetachAgainstSleep>();

    [Fact]
    public void AJobGoesOutBehindItsInFencesWithTheirResults() => Holds<FeedWhole>();

    [Fact]
    public void APollerNeverSleepsOverAJobThatMayGoOut() => Holds<FeedAgainstSleep>();

    [Fact]
    public void TwoWaitingJobsAreBothLookedAtAndNeitherGoesOutEarly() => Holds<FeedTwo>();

    [Fact]
    public void APollerThatStoodStillFeedsNothingTwice() => Holds<FeedTakenOver>();

    [Fact]
    public void ATurnFollowsOnlyAWholeSetOfRings() => Holds<RingSets>();

    [Fact]
    public void AWordAmongEightIsSeenWithTheResultsBeforeIt() => Holds<RingOctet>();

    [Fact]
    public void AFailingRingIsVisitedAlthoughItsWordIsSilent() => Holds<RingAttention>();

    [Fact]
    public void ARingWithItsFirstWaitingJobIsVisited() => Holds<FeedAttention>();

    [Fact]
    public void WhatAFormerPollerTookAndLeftIsSeenByItsSuccessor() => Holds<ScanTakenOver>();

    [Fact]
    public void AnAwaitOfAFenceEndsOnce() => Holds<Awaiting>();

    [Fact]
    public void WhatIsGivenToAThreadThatLeavesIsTakenAllTheSame() => Holds<SeatGiven>();

    [Fact]
    public void APollerThatGoesOnAfterATakeoverDoesNothingTwice() => Holds<TakenOver>();

    [Fact]
    public void ARecordThatIsOverwrittenMeanwhileIsNotHandedOut() => Holds<RecordOverwritten>();

    [Fact]
    public void ARecordThatCountsIsWhole() => Holds<RecordCounted>();

    [Fact]
    public void ACpuIsSaidOfNoRecordFromBeforeTheMove() => Holds<RecordMoved>();

    [Fact]
    public void ACallThatIsReadIsOneCall() => Holds<CallsRead>();

    [Fact]
    public void AThreadThatFindsItsRingFindsItMade() => Holds<RecordingOn>();

    private static void Holds<TCase>()
        where TCase : ModelCase, new() => Assert.Empty(Verdict.Of(new TCase()).Findings);
}
