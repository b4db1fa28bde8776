//! Every bound and feel constant of the hand, in one place. Distances in CSS pixels unless the name says board.

/// A mouse or pen drag starts after this distance.
pub const DRAG_FROM_PX: f64 = 4.0;
/// A finger's drag starts after this distance.
pub const TOUCH_DRAG_FROM_PX: f64 = 6.0;
/// A second click within this time is a double click.
pub const DOUBLE_CLICK_MS: u64 = 450;
/// And within this distance.
pub const DOUBLE_CLICK_PX: f64 = 6.0;
/// And within this distance for a finger.
pub const DOUBLE_TAP_PX: f64 = 35.0;
/// How far off an outline still hits it.
pub const HIT_MARGIN_PX: f64 = 5.0;
/// The same for a finger.
pub const TOUCH_HIT_MARGIN_PX: f64 = 10.0;
/// How far from a handle's middle still grabs it.
pub const HANDLE_PX: f64 = 8.0;
/// The same for a finger.
pub const TOUCH_HANDLE_PX: f64 = 20.0;
/// The rotate handle floats this far above the selection.
pub const ROTATE_HANDLE_PX: f64 = 24.0;
/// The handle of the next shape floats this far beside the selected one.
pub const GROW_HANDLE_PX: f64 = 26.0;
/// Those handles are shown while the pointer is this near to the shape.
pub const GROW_NEAR_PX: f64 = 70.0;
/// Stretches of a line at least this long have a handle in their middle.
pub const MIDDLE_HANDLE_PX: f64 = 36.0;
/// So many middles of a line have one.
pub const MIDDLE_HANDLES: usize = 200;
/// A point of a line that is dropped this near to its neighbour goes.
pub const POINT_MERGE_PX: f64 = 6.0;
/// Space left around what is zoomed to.
pub const FIT_PADDING_PX: f64 = 64.0;
/// Zoom of one key press or button press.
pub const ZOOM_STEP: f64 = 1.25;
/// Wheel zoom per pixel of wheel, as an exponent.
pub const WHEEL_ZOOM_PER_PX: f64 = 0.01;
/// The most that one wheel event may say when zooming, so that a notch is no leap.
pub const WHEEL_ZOOM_MAX_PX: f64 = 24.0;
/// Fingers are ignored for this long after a pen left, as that is the palm.
pub const PALM_MS: u64 = 500;
/// Fingers that are followed at once.
pub const POINTERS: usize = 10;

/// Board pixels of an arrow key.
pub const NUDGE_BOARD: f64 = 1.0;
/// Board pixels of shift and an arrow key.
pub const NUDGE_FAR_BOARD: f64 = 10.0;
/// Shift turns lines and rotations by this many to the half circle.
pub const ANGLE_STEPS_PER_PI: f64 = 12.0;
/// A click with a shape tool makes a shape of this many board pixels a side.
pub const DEFAULT_SHAPE_BOARD: f64 = 100.0;
/// No side of a shape that is drawn is shorter: what has no width cannot be seen or taken hold of.
pub const LEAST_SIDE_PX: f64 = 8.0;
/// The share of the view that the style panel may cover, on the right.
pub const UNDER_PANEL: f64 = 0.2;
/// The gap of stacks and packs.
pub const STACK_GAP_BOARD: f64 = 24.0;
/// The cell of the grid that shapes snap to: what the dots show at 100 %.
pub const GRID_BOARD: f64 = 24.0;
/// A drag snaps to what is this near.
pub const SNAP_PX: f64 = 8.0;
/// Frames that are listed.
pub const SLIDES: usize = 500;
/// Room around a frame that is presented, and how far a small one is blown up.
pub const SLIDE_MARGIN_PX: f64 = 24.0;
/// See [`SLIDE_MARGIN_PX`].
pub const SLIDE_ZOOM_MAX: f64 = 4.0;
/// Shapes in view that are looked at for that.
pub const SNAP_SEEN: usize = 4_000;
/// Shapes that a drag may snap to, the nearest ones.
pub const SNAP_SHAPES: usize = 400;
/// Of those, the ones of a row whose gaps count.
pub const SNAP_ROW: usize = 40;
/// A laser's point shines this long.
pub const LASER_HOLD_MS: u64 = 1_200;
/// And fades in this time.
pub const LASER_FADE_MS: u64 = 500;
/// A fading trail is painted this often.
pub const LASER_FRAME_MS: u64 = 16;
/// Points of one laser trail that are kept.
pub const LASER_POINTS: usize = 2_000;
/// Points of a laser in one draft message.
pub const DRAFT_LASER_POINTS: usize = 100;
/// What is gone to is shown at least this high.
pub const READABLE_PX: f64 = 12.0;
/// Texts that are found.
pub const FOUND: usize = 1_000;
/// Duplicates and repeated pastes are put this far to the right and down.
pub const COPY_OFFSET_BOARD: f64 = 16.0;

/// An image is put on the board at most so large, as a share of the view's sides.
pub const IMAGE_SHARE_OF_VIEW: f64 = 0.7;

/// Frames within frames that are looked through.
pub const NESTED_FRAMES: usize = 16;
/// An exported picture has so much room around its shapes.
pub const EXPORT_MARGIN_BOARD: f64 = 16.0;

/// Presence and drafts leave at most this often.
pub const PRESENCE_MS: u64 = 33;
/// A resting draft is repeated this often, so that receivers know that it lives.
pub const DRAFT_RENEW_MS: u64 = 1_000;
/// A draft without an end is dropped after this silence.
pub const DRAFT_STALE_MS: u64 = 3_000;
/// A draft whose edit does not come is dropped after this time.
pub const DRAFT_ENDED_STALE_MS: u64 = 30_000;
/// Selections leave at most this often.
pub const SELECTION_MS: u64 = 100;
/// Ink enters the document this often.
pub const INK_CHUNK_MS: u64 = 100;
/// Ink points in one shape; a longer stroke goes on in another shape.
pub const INK_POINTS_PER_SHAPE: usize = 4_000;
/// Ink points in one draft message.
pub const DRAFT_INK_POINTS: usize = 400;
/// Ids in one selection or erase message; a larger selection is shown by its bounds only.
pub const SELECTION_IDS: usize = 500;
/// Bytes of all ids in one such message.
pub const ID_BYTES: usize = 12 * 1024;
/// Bytes of one draft or selection message that are looked at.
pub const PRESENCE_BYTES: usize = 16 * 1024;
/// Characters of what a peer says at its cursor.
pub const SAID_CHARS: usize = 80;
/// Characters of a person's id.
pub const PERSON_CHARS: usize = 16;
/// Farthest edge of a peer's view.
pub const VIEW_FARTHEST_BOARD: f64 = 1e9;
/// A peer's cursor takes this long from one sample to the next: a little more than samples are apart.
pub const CURSOR_GLIDE_MS: u64 = 50;
/// It is painted this often meanwhile.
pub const CURSOR_FRAME_MS: u64 = 16;
/// A cursor that rests for this long fades.
pub const CURSOR_IDLE_MS: u64 = 60_000;
/// Own notes whose last words wait for somebody else to put them on the board.
pub const LATE_NOTES: usize = 100;
/// Peers whose presence is kept.
pub const PEERS: usize = 1_000;
/// Characters of a peer's name that are kept.
pub const PEER_NAME_CHARS: usize = 64;

/// Shapes in one transaction; more are split, still one undo step.
pub const SHAPES_PER_TRANSACTION: usize = 2_000;
/// Shapes that are put down in one task after a gesture; the rest follows a tick at a time.
pub const SHAPES_PER_TICK: usize = 1_000;
/// Shapes of a step of undo that are shown as they will be in one task.
pub const SHAPES_FORESEEN_PER_TICK: usize = 8_000;
/// What of a step of undo is shown is written this much later: until then it is painted.
pub const WRITTEN_AFTER_MS: u64 = 500;
/// Shapes whose own version is kept for offering it, should somebody delete them.
pub const MINE_SHAPES: usize = 2_000;
/// Keys that a person may have changed.
pub const REMAPPED_KEYS: usize = 500;
/// Undo steps that are kept.
pub const HISTORY_STEPS: usize = 500;
/// The last steps of each direction keep removed shapes as they were, so that they come back at once; older ones, which take
/// less memory, bring them back as quickly as they are written.
pub const STEPS_KEPT_WHOLE: usize = 8;
/// Letters that come after a longer pause are taken back apart.
pub const TYPING_PAUSE_MS: u64 = 1_000;
/// Steps of the same kind within this time become one.
pub const STEP_MERGE_MS: u64 = 1_000;
/// Bytes of a clipboard text that are looked at.
pub const PASTE_BYTES: usize = 16 * 1024 * 1024;
/// Selected shapes whose letters are looked at for what they have in common, and that make room for them.
pub const LETTERED_SHAPES: usize = 500;
/// Cells of a pasted table; a larger one is a text.
pub const TABLE_CELLS: usize = 2_000;
/// Pasted text wraps where its lines are longer, in its own size.
pub const PASTED_LINE_EM: f64 = 48.0;
/// Shapes in one paste.
pub const PASTE_SHAPES: usize = 20_000;
/// Display lists that are kept for shapes; what is painted from far away needs none.
pub const CACHED_LISTS: usize = 20_000;
/// A selection of so many shapes moves as one bitmap.
pub const CARRIED_SHAPES: usize = 100;
/// Rectangles that a change of the picture is told by; more become one.
pub const DAMAGE_RECTS: usize = 256;
/// An arrow's end holds on to what is this near.
pub const BIND_PX: f64 = 12.0;
/// Between a node and the next one that grows from it.
pub const NODE_GAP_BOARD: f64 = 80.0;
/// Between a note and the next one.
pub const NOTE_GAP_BOARD: f64 = 20.0;
/// Shapes that a new frame takes in.
pub const FRAMED_SHAPES: usize = 2_000;
/// Frames in view that are looked at for showing which would take in what is dragged.
pub const FRAMES_SHOWN: usize = 200;
/// Dragged shapes that are looked at for that, for each frame.
pub const FRAME_PROBES: usize = 500;
/// A cropped image keeps this many board pixels a side, where it has them.
pub const CROP_LEAST_BOARD: f64 = 8.0;
/// How much of a picture is seen outside of its box while it is cropped.
pub const CROP_OUTSIDE_OPACITY: f64 = 0.3;
/// The card that a pasted address makes.
pub const CARD_WIDTH_BOARD: f64 = 280.0;
/// Its height.
pub const CARD_HEIGHT_BOARD: f64 = 80.0;
/// Letters of the address that it says.
pub const CARD_LETTERS: usize = 80;
/// Bound lines that follow a drag while it lasts; the others follow at its end.
pub const FOLLOWING_LINES: usize = 500;
/// Elbows that hold what a drag moves and are routed anew while it lasts.
pub const ROUTED_ELBOWS: usize = 50;
/// A gesture that moves more shapes shows other elbows as they are until it ends.
pub const OBSTACLES_IN_MOTION: usize = 100;
/// Elbows that a drag comes in the way of and that are routed anew while it lasts.
pub const DISTURBED_ELBOWS: usize = 25;
/// A click with the note tool makes a note of this many board pixels a side.
pub const DEFAULT_NOTE_BOARD: f64 = 170.0;
/// Lines of remembered styles that are read.
pub const REMEMBERED_STYLES: usize = 1_000;
