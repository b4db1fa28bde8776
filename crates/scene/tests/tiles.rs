//! The tile machine, driven by a shell that keeps for every tile which changes of the picture its pixels have seen.

use std::collections::HashMap;

use kurbo::{Point, Rect, Vec2};
use proptest::prelude::*;
use scene::tiles::{Blit, PIXELS_MAX, PixelRect, SETTLE_MS, Share, TileId, Tiles, Viewport};
use scene::{BoardPoint, Camera};

const VIEW: (f64, f64) = (1440.0, 900.0);
const BOARD: Rect = Rect::new(0.0, 0.0, 24_000.0, 15_000.0);
/// Jobs after which a machine that is asked to become exact certainly is.
const JOBS_MAX: usize = 600;

/// What a tile's pixels show: for each painted part, how many changes there had been when its painting began.
type Bitmaps = HashMap<TileId, Vec<(PixelRect, usize)>>;

struct Shell {
    tiles: Tiles,
    bitmaps: Bitmaps,
    now_ms: u64,
    camera: Camera,
    pixel_ratio: f64,
    changes: Vec<Rect>,
    /// The job in progress and the changes before it.
    begun: Option<(u64, usize)>,
}

impl Shell {
    fn new(camera: Camera, pixel_ratio: f64) -> Self {
        let mut shell = Self {
            tiles: Tiles::default(),
            bitmaps: Bitmaps::new(),
            now_ms: 1_000,
            camera,
            pixel_ratio,
            changes: vec![],
            begun: None,
        };
        shell.tiles.extend(Some(BOARD));
        shell.look(camera);
        shell
    }

    fn view(&self) -> Viewport {
        Viewport::new(&self.camera, VIEW.0, VIEW.1, self.pixel_ratio)
    }

    fn look(&mut self, camera: Camera) {
        self.camera = camera;
        self.tiles.look(self.now_ms, self.view());
    }

    fn change(&mut self, rect: Rect) {
        self.changes.push(rect);
        self.tiles.spoil(rect);
    }

    fn wait(&mut self, ms: u64) {
        self.now_ms += ms;
        self.tiles.tick(self.now_ms);
    }

    /// Begins the next job, or goes on with it; answers with its number.
    fn begin(&mut self) -> Option<u64> {
        let number = self.tiles.next_job()?.number;
        if self.begun.is_none_or(|(known, _)| known != number) {
            self.begun = Some((number, self.changes.len()));
        }
        Some(number)
    }

    fn paint_one(&mut self) -> bool {
        let Some(number) = self.begin() else { return false };
        let job = self.tiles.next_job().cloned().expect("it has begun");
        assert_eq!(job.number, number, "a job goes on until it is finished");
        let seen = self.begun.take().map_or(0, |(_, seen)| seen);
        self.bitmaps.entry(job.tile).or_default().push((job.pixels, seen));
        for dropped in self.tiles.finish() {
            self.bitmaps.remove(&dropped);
        }
        true
    }

    fn settle(&mut self) {
        self.wait(SETTLE_MS);
        for _ in 0..JOBS_MAX {
            if !self.paint_one() {
                return;
            }
        }
        panic!("never exact");
    }

    /// What a point of the screen shows: how many changes its pixel has seen; none where nothing is painted.
    fn shown(&mut self, at: Point) -> Option<usize> {
        let blits = self.tiles.compose();
        self.shown_by(&blits, at)
    }

    fn shown_by(&self, blits: &[Blit], at: Point) -> Option<usize> {
        let blit = blits.iter().rev().find(|blit| blit.place.contains(at))?;
        let across = blit.source.width() / blit.place.width();
        let pixel = blit.source.origin() + (at - blit.place.origin()) * across;
        let parts = self.bitmaps.get(&blit.tile)?;
        parts.iter().rev().find(|(part, _)| part.to_rect().contains(pixel)).map(|(_, seen)| *seen)
    }

    /// Every change that meets the view has been seen wherever it is shown, and nothing of the board is blank.
    fn check_exact(&mut self) {
        assert!(self.tiles.is_exact());
        let view = self.view();
        let blits = self.tiles.compose();
        let screen = Rect::new(0.0, 0.0, VIEW.0, VIEW.1).scale_from_origin(self.pixel_ratio);
        for step in 0..40 {
            let at = Point::new(
                (f64::from(step) * 0.618).fract() * (screen.width() - 1.0) + 0.5,
                (f64::from(step) * 0.382 + 0.1).fract() * (screen.height() - 1.0) + 0.5,
            );
            let on_board = view.transform().inverse() * at;
            if !BOARD.contains(on_board) {
                continue;
            }
            let last = self.changes.iter().rposition(|rect| rect.contains(on_board)).map_or(0, |index| index + 1);
            let seen = self.shown_by(&blits, at);
            assert!(seen.is_some_and(|seen| seen >= last), "{at:?} shows {seen:?}, not {last}");
        }
    }
}

fn camera(x: f64, y: f64, zoom: f64) -> Camera {
    Camera::new(BoardPoint::new(x, y), zoom)
}

#[test]
fn what_was_there_goes_when_nothing_is_left() {
    let mut shell = Shell::new(camera(0.0, 0.0, 1.0), 1.0);
    shell.settle();
    shell.tiles.extend(None);
    shell.change(Rect::new(300.0, 300.0, 500.0, 400.0));
    assert!(!shell.tiles.is_exact(), "what went is still shown");
    shell.settle();
    assert!(shell.tiles.is_exact());
    assert_eq!(shell.shown(Point::new(400.0, 350.0)), Some(1));
}

#[test]
fn the_nearest_tiles_come_first_and_the_view_before_the_rest() {
    let mut shell = Shell::new(camera(3_000.0, 3_000.0, 1.0), 1.0);
    let middle = Point::new(3_720.0, 3_450.0);
    let mut last = 0.0;
    while !shell.tiles.is_exact() {
        let distance = shell.tiles.next_job().expect("not exact").region.center().distance(middle);
        assert!(distance >= last - 1e-6, "{distance} after {last}");
        last = distance;
        assert!(shell.tiles.next_job().is_some_and(|job| job.is_seen));
        shell.paint_one();
    }
    assert!(shell.tiles.next_job().is_some_and(|job| !job.is_seen));
    assert!(!shell.tiles.is_idle(), "the overview and the margin are still to come");
    shell.settle();
    shell.check_exact();
}

#[test]
fn a_change_costs_the_pixels_that_it_touches() {
    let mut shell = Shell::new(camera(0.0, 0.0, 1.0), 1.0);
    shell.settle();
    shell.change(Rect::new(300.0, 300.0, 340.0, 330.0));
    let job = shell.tiles.next_job().cloned().expect("something is spoilt");
    assert_eq!(job.region.intersect(Rect::new(290.0, 290.0, 350.0, 340.0)), job.region);
    assert!(job.pixels.area() < 44 * 34);
    shell.paint_one();
    assert!(shell.tiles.is_exact());
}

#[test]
fn a_job_says_how_much_of_its_tile_it_is() {
    let mut shell = Shell::new(camera(0.0, 0.0, 1.0), 1.0);
    assert_eq!(
        shell.tiles.next_job().map(|job| job.share),
        Some(Share::Whole),
        "what is missing is missing as a whole"
    );
    shell.settle();
    for (side, expected) in [(40.0, Share::Small), (120.0, Share::Small), (200.0, Share::Large), (256.0, Share::Whole)]
    {
        shell.change(Rect::new(256.0, 256.0, 256.0 + side, 256.0 + side));
        let mut jobs = vec![];
        while !shell.tiles.is_exact() {
            jobs.extend(
                shell.tiles.next_job().filter(|job| job.tile_region.origin() == Point::new(256.0, 256.0)).cloned(),
            );
            shell.paint_one();
        }
        assert_eq!(jobs.iter().map(|job| job.share).collect::<Vec<_>>(), [expected], "{side}");
        let tile = jobs[0].tile;
        assert!(!shell.tiles.is_spoilt(tile));
        shell.change(Rect::new(256.0, 256.0, 300.0, 300.0));
        assert!(shell.tiles.is_spoilt(tile));
        shell.settle();
    }
}

#[test]
fn a_change_while_its_tile_is_painted_is_painted_after_it() {
    let mut shell = Shell::new(camera(0.0, 0.0, 1.0), 1.0);
    shell.begin();
    let region = shell.tiles.next_job().expect("nothing is painted yet").region;
    shell.change(region);
    shell.paint_one();
    assert!(!shell.tiles.is_exact());
    shell.settle();
    shell.check_exact();
}

#[test]
fn panning_keeps_what_is_painted_and_zooming_stretches_it_until_it_rests() {
    let mut shell = Shell::new(camera(3_000.0, 3_000.0, 0.5), 1.0);
    shell.settle();
    shell.look(camera(3_011.0, 3_000.0, 0.5));
    assert!(shell.tiles.is_exact(), "the margin was there");
    let place = shell.tiles.compose()[0].place;
    assert_eq!(place, place.round(), "tiles lie on whole pixels");

    shell.look(shell.camera.zoomed_at(scene::ScreenPoint::new(720.0, 450.0), 0.6));
    assert!(!shell.tiles.is_exact() && shell.shown(Point::new(700.0, 400.0)).is_some());
    assert_eq!(shell.tiles.wake_ms(), Some(shell.now_ms + SETTLE_MS));
    shell.settle();
    shell.check_exact();

    // A leap: the overview fills the view at once.
    shell.look(camera(20_000.0, 10_000.0, 1.0));
    assert!(shell.shown(Point::new(700.0, 400.0)).is_some());
}

#[test]
fn bitmaps_stay_within_their_memory() {
    for pixel_ratio in [1.0, 2.0] {
        let mut shell = Shell::new(camera(0.0, 0.0, 1.0), pixel_ratio);
        for step in 0..20 {
            shell.look(camera(f64::from(step) * 1_100.0, f64::from(step) * 600.0, 1.0));
            shell.settle();
            let side = i64::from(shell.tiles.tile_side());
            assert!(shell.bitmaps.len() as i64 * side * side <= PIXELS_MAX);
            shell.check_exact();
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Pan(f64, f64),
    Zoom(f64),
    Change(f64, f64, f64),
    Begin,
    Paint(usize),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (-900.0..900.0, -900.0..900.0).prop_map(|(x, y)| Step::Pan(x, y)),
        (0.3..3.0).prop_map(Step::Zoom),
        (0.0..1440.0, 0.0..900.0, 1.0..800.0).prop_map(|(x, y, side)| Step::Change(x, y, side)),
        Just(Step::Begin),
        (1..30usize).prop_map(Step::Paint),
        (1..200u64).prop_map(Step::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]
    #[test]
    fn whatever_happens_it_becomes_exact(
        steps in prop::collection::vec(step(), 1..40), zoom in 0.05..4.0, is_fine: bool
    ) {
        let mut shell = Shell::new(camera(6_000.0, 6_000.0, zoom), if is_fine { 2.0 } else { 1.0 });
        for step in steps {
            match step {
                Step::Pan(x, y) => shell.look(shell.camera.panned(Vec2::new(x, y))),
                Step::Zoom(by) => {
                    let zoom = (shell.camera.zoom() * by).clamp(0.03, 8.0);
                    shell.look(shell.camera.zoomed_at(scene::ScreenPoint::new(400.0, 300.0), zoom));
                }
                Step::Change(x, y, side) => {
                    let at: Point = shell.camera.to_board(scene::ScreenPoint::new(x, y)).into();
                    shell.change(Rect::from_origin_size(at, (side / zoom, side / zoom)));
                }
                Step::Begin => drop(shell.begin()),
                Step::Paint(count) => drop((0..count).all(|_| shell.paint_one())),
                Step::Wait(ms) => shell.wait(ms),
            }
        }
        shell.settle();
        shell.check_exact();
    }
}
